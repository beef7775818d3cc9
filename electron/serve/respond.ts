/** Responses of one sentence. */
import type { ServerResponse } from 'node:http';

/** Ends a request with a sentence for the user. */
export function respond(response: ServerResponse, status: number, sentence: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' });
  response.end(`${sentence}\n`);
}
