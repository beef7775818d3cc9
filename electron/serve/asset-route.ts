/** `GET` and `PUT /assets/<key>/<sha256>`: the bytes of pictures, addressed by content. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { UPLOAD_LIMIT_BYTES } from '../app/assets/upload.ts';
import type { Studio } from '../app/studio.ts';
import { StudioError } from '../contract/errors.ts';
import { assetIdSchema } from '../contract/render-request.ts';
import { respond } from './respond.ts';
import { setSecurityHeaders } from './security-headers.ts';
import { discard, type UploadBodies } from './upload-body.ts';

const TOO_LARGE = `A file may have at most ${UPLOAD_LIMIT_BYTES / 2 ** 20} MiB.`;

/** @param name the address after the key */
export async function assetRoute(
  studio: Studio,
  bodies: UploadBodies,
  name: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  setSecurityHeaders(response, 'asset');
  const id = assetIdSchema.safeParse(name);
  if (!id.success) {
    respond(response, 404, 'A picture is addressed by the SHA-256 of its bytes.');
  } else if (request.method === 'GET' || request.method === 'HEAD') {
    sendAsset(studio, id.data, request, response);
  } else if (request.method === 'PUT') {
    await takeAsset(studio, bodies, id.data, request, response);
  } else {
    response.setHeader('Allow', 'GET, HEAD, PUT');
    respond(response, 405, 'This address only supports reading and uploading pictures.');
  }
}

function sendAsset(studio: Studio, id: string, request: IncomingMessage, response: ServerResponse): void {
  let asset: ReturnType<Studio['readAsset']>;
  try {
    asset = studio.readAsset(id);
  } catch (error) {
    if (!(error instanceof StudioError) || error.code === 'INTERNAL') throw error;
    // A damaged picture of a project is not a bug, and has its own sentence.
    respond(response, 422, error.message);
    return;
  }
  if (asset === undefined) {
    respond(response, 404, 'No open project has this picture.');
    return;
  }
  response.writeHead(200, {
    'Content-Type': asset.mediaType,
    'Content-Length': asset.bytes.length,
    // Content addressed by its hash never changes.
    'Cache-Control': 'private, max-age=31536000, immutable',
  });
  response.end(request.method === 'HEAD' ? undefined : asset.bytes);
}

async function takeAsset(
  studio: Studio,
  bodies: UploadBodies,
  id: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const type = request.headers['content-type'] ?? '';
  const end = await bodies.read(request, () => studio.openUpload(type));
  if (end.state === 'aborted') response.destroy();
  else if (end.state === 'too large') await refuseBody(request, response, 413, TOO_LARGE);
  else if (end.state === 'not kept') await refuseBody(request, response, 507, end.why);
  else if (end.id !== id) respond(response, 422, 'The upload does not match its hash. Try again.');
  else respond(response, 201, 'Taken.');
}

/** Reports at once why a body is refused, and closes the connection only after its client has had time to read that. */
async function refuseBody(
  request: IncomingMessage,
  response: ServerResponse,
  status: 413 | 507,
  sentence: string,
): Promise<void> {
  response.writeHead(status, {
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': Buffer.byteLength(sentence),
    Connection: 'close',
  });
  response.write(sentence);
  await discard(request);
  response.end();
}
