/** The smallest downloadable model: one file, on a server of the test’s own. */
import { join } from 'node:path';
import { type ModelServer, modelBytes } from './model-server.ts';
import { catalogOf, known, LICENCE, startServer, storeOf, temporaryFolder } from './store-fixture.ts';

export const accept = { acceptedLicences: [LICENCE] };
export const BODY = modelBytes(300_000);
export const PATH = '/models/weights.bin';

export function httpSource(server: ModelServer) {
  return { kind: 'http', url: `${server.origin}/models/` };
}

/** A server with one file that the catalogue lists, and an empty models folder. */
export async function oneFile(body = BODY) {
  const [server, folder] = await Promise.all([startServer(), temporaryFolder()]);
  server.files.set(PATH, { body, etag: '"v1"' });
  const catalog = catalogOf({ sources: [httpSource(server)], files: [known('weights.bin', body)] });
  const finalPath = join(folder, 'test/part/weights.bin');
  return { server, folder, catalog, finalPath, store: storeOf(folder, catalog) };
}
