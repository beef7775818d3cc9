/** `GET` and `PUT /assets/<sha256>`: the bytes of pictures, named by what they are. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { UPLOAD_LIMIT_BYTES } from '../app/assets/transient-assets.ts';
import type { Studio } from '../app/studio.ts';
import { assetIdSchema } from '../contract/render-request.ts';
import { answer } from './answers.ts';
import { setSecurityHeaders } from './security-headers.ts';

/** Types that an upload may have; another is kept as bytes, which no browser shows. */
const pictureTypes = new Set([
  'image/png',
  'image/jpeg',
  'image/webp',
  'image/avif',
  'image/gif',
  'image/tiff',
]);

const NOT_SHOWN = 'application/octet-stream';

const tooLarge = `A file may have at most ${UPLOAD_LIMIT_BYTES / 2 ** 20} MiB.`;

/** @param name what follows /assets/ in the address */
export async function assetRoute(
  studio: Studio,
  name: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  setSecurityHeaders(response, 'asset');
  const id = assetIdSchema.safeParse(name);
  if (!id.success) {
    answer(response, 404, 'A picture is named by the SHA-256 of its bytes.');
  } else if (request.method === 'GET' || request.method === 'HEAD') {
    sendAsset(studio, id.data, request, response);
  } else if (request.method === 'PUT') {
    await takeAsset(studio, id.data, request, response);
  } else {
    response.setHeader('Allow', 'GET, HEAD, PUT');
    answer(response, 405, 'Pictures are got and put.');
  }
}

function sendAsset(studio: Studio, id: string, request: IncomingMessage, response: ServerResponse): void {
  const asset = studio.readAsset(id);
  if (asset === undefined) {
    answer(response, 404, 'No open project has that picture.');
    return;
  }
  response.writeHead(200, {
    'Content-Type': asset.mediaType,
    'Content-Length': asset.bytes.length,
    // What is named by its content never changes.
    'Cache-Control': 'private, max-age=31536000, immutable',
  });
  response.end(request.method === 'HEAD' ? undefined : asset.bytes);
}

async function takeAsset(
  studio: Studio,
  id: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const bytes = await readBody(request);
  if (bytes === undefined) {
    // The rest is not read: the connection is of no more use.
    response.setHeader('Connection', 'close');
    answer(response, 413, tooLarge);
    return;
  }
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? '';
  const taken = studio.putAsset(bytes, pictureTypes.has(type) ? type : NOT_SHOWN);
  if (taken !== id) answer(response, 422, 'What arrived is not what was announced. Try again.');
  else answer(response, 201, 'Taken.');
}

/** The whole body, or undefined as soon as it is too large. */
async function readBody(request: IncomingMessage): Promise<Uint8Array | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > UPLOAD_LIMIT_BYTES) return undefined;
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += (chunk as Buffer).length;
    if (length > UPLOAD_LIMIT_BYTES) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}
