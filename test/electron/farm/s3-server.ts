/** An S3-compatible server for tests (s3rver), which speaks HTTP and checks signatures. */
import { mkdirSync } from 'node:fs';
import S3rver from '@20minutes/s3rver';

/** The only credentials that s3rver takes. */
export const s3Credentials = { AWS_ACCESS_KEY_ID: 'S3RVER', AWS_SECRET_ACCESS_KEY: 'S3RVER' };

/** @param folder made; the objects lie in it */
export async function startS3(
  folder: string,
  bucket: string,
): Promise<{ readonly endpoint: string; readonly close: () => Promise<void> }> {
  mkdirSync(folder, { recursive: true });
  const server = new S3rver({
    address: '127.0.0.1',
    port: 0,
    silent: true,
    directory: folder,
    configureBuckets: [{ name: bucket }],
  });
  const { port } = await server.run();
  return { endpoint: `http://127.0.0.1:${port}`, close: () => server.close() };
}
