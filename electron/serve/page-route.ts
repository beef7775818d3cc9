/** The files of the editor's page. */
import { existsSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import sirv from 'sirv';
import { respond } from './respond.ts';

export function pageRoute(folder: string): (request: IncomingMessage, response: ServerResponse) => void {
  const notFound = (_: IncomingMessage, response: ServerResponse) =>
    respond(response, 404, 'There is no such page.');
  // Files are looked up each time, so that a build while the host runs takes effect.
  const files = sirv(folder, { dev: true, etag: true, onNoMatch: notFound });
  return (request, response) => {
    if (!existsSync(join(folder, 'index.html'))) {
      respond(
        response,
        503,
        'The editor has not been built: run npm run build:renderer, then load this page again.',
      );
      return;
    }
    const range = /^bytes=(\d{1,15})-(\d{0,15})$/.exec(request.headers.range ?? '');
    if (range?.[2] && Number(range[2]) < Number(range[1])) {
      respond(response, 416, 'A range must end after its beginning.');
      return;
    }
    // For other kinds of ranges, the whole file is a valid response (RFC 9110, 14.2).
    if (!range) delete request.headers.range;
    response.once('pipe', (file: Readable) => {
      // sirv leaves the file open when a download is aborted, and does not handle its errors.
      response.once('close', () => file.destroy());
      file.once('error', () => response.destroy());
    });
    files(request, response);
  };
}
