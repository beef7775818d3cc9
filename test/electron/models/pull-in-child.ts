/** Pulls one file in a process of its own, for a test to kill: ORIGIN FOLDER SHA256 BYTES. */
import { packCatalogSchema } from '../../../electron/contract/pack-catalog.ts';
import { createModelStore } from '../../../electron/models/model-store.ts';

const [origin, modelsFolder, sha256, bytes] = process.argv.slice(2) as [string, string, string, string];
const catalog = packCatalogSchema.parse({
  version: 1,
  id: 'test',
  name: 'Test pack',
  description: 'A pack for tests.',
  licences: [
    {
      id: 'test-licence',
      name: 'Test licence',
      url: 'https://example.org/licence',
      summary: 'For tests only.',
    },
  ],
  components: [
    {
      id: 'part',
      name: 'A part',
      purpose: 'Testing.',
      licence: 'test-licence',
      sources: [{ kind: 'http', url: `${origin}/part/` }],
      files: [{ path: 'weights.bin', bytes: Number(bytes), sha256 }],
    },
  ],
});
await createModelStore({ modelsFolder, catalogs: [catalog] }).pull('test', {
  acceptedLicences: ['test-licence'],
});
