/** Upload bodies and the memory that is reserved for them. */
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { MEMORY_BYTES, Upload } from '../../../electron/app/assets/upload.ts';
import { UploadBodies } from '../../../electron/serve/upload-body.ts';

function requestOf(bytes: Uint8Array): IncomingMessage {
  const headers = { 'content-length': `${MEMORY_BYTES}` };
  return Object.assign(Readable.from([bytes]), { headers, setTimeout: () => undefined }) as never;
}

test('uploads that cannot be begun give their memory back to the next ones', async () => {
  const bodies = new UploadBodies();
  const failing = () => {
    throw new Error('no process could be started');
  };
  for (let turn = 0; turn < 10; turn++) {
    await expect(bodies.read(requestOf(Buffer.from('a')), failing)).rejects.toThrow('no process');
  }
  const taken = bodies.read(requestOf(Buffer.from('a')), () => new Upload('', () => undefined));
  expect(await taken).toMatchObject({ state: 'taken' });
});
