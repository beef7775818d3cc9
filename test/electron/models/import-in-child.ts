/**
 * Imports a folder in a process of its own and kills it with SIGKILL at one of the reports: MODELS FOLDER MODE REPORT.
 */
import { join } from 'node:path';
import { readCatalogs } from '../../../electron/models/catalogs.ts';
import { createModelStore } from '../../../electron/models/model-store.ts';
import type { ImportMode } from '../../../electron/models/place-file.ts';

const [modelsFolder, folder, mode, report] = process.argv.slice(2) as [string, string, ImportMode, string];
const catalogs = await readCatalogs(join(import.meta.dirname, '../../../native-models/packs'));
let reports = 0;
await createModelStore({ modelsFolder, catalogs }).import('sd21', folder, {
  components: ['blending'],
  mode,
  onProgress: ({ stage }) => {
    // Two per file: before it is placed, and when it is in place but not recorded yet.
    if (stage === 'place' && reports++ === Number(report)) process.kill(process.pid, 'SIGKILL');
  },
});
