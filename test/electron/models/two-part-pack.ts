/** A pack with two parts of two files each, on a server; the second part is optional. */
import { join } from 'node:path';
import { modelBytes } from './model-server.ts';
import { catalogOf, known, LICENCE, startServer, storeOf, temporaryFolder } from './store-fixture.ts';

export const accept = { acceptedLicences: [LICENCE] };
export const A = modelBytes(40_000, 1);
export const B = modelBytes(30_000, 2);

export async function twoPartPack() {
  const [server, folder] = await Promise.all([startServer(), temporaryFolder()]);
  const files = { 'one/a.bin': A, 'one/deep/b.bin': B, 'two/a.bin': B, 'two/b.bin': A };
  for (const [path, body] of Object.entries(files)) server.files.set(`/${path}`, { body, etag: '"v1"' });
  const source = (part: string) => [{ kind: 'http', url: `${server.origin}/${part}/` }];
  const catalog = catalogOf(
    { id: 'one', sources: source('one'), files: [known('a.bin', A), known('deep/b.bin', B)] },
    { id: 'two', optional: true, sources: source('two'), files: [known('a.bin', B), known('b.bin', A)] },
  );
  const store = storeOf(folder, catalog);
  return { server, folder, catalog, store, place: (path: string) => join(folder, 'test', path) };
}
