/** The environment of the `models` commands, and the store that they open in it. */

import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';
import { type Notice, noticeSentence } from '../../contract/notices.ts';
import type { CommandContext, CommandOption } from '../../foundation/command-line/command.ts';
import { type PlatformFacts, thisMachine } from '../../foundation/folders.ts';
import { readCatalogs } from '../../models/catalogs.ts';
import { createModelStore, type ModelStore } from '../../models/model-store.ts';
import { findModelsFolder } from '../../models/models-folder.ts';
import { removeStaleStoreFiles } from '../../models/stale-files.ts';
import { type StoreEnvironment, systemEnvironment } from '../../models/store-environment.ts';
import type { StoreProgress } from '../../models/store-progress.ts';
import { formatProgress } from './models-output.ts';

export interface ModelsSurroundings {
  readonly facts: PlatformFacts;
  /** Contains one folder per pack. */
  readonly catalogsFolder: string;
  readonly environment: StoreEnvironment;
  /** Asks a yes-or-no question; undefined when nobody can answer. */
  readonly confirm?: ((question: string, signal: AbortSignal) => Promise<boolean>) | undefined;
}

/** Options that several `models` commands take. */
export const storeOptions = {
  folder: { 'models-dir': { value: 'FOLDER', description: 'Use this models folder, for this call.' } },
  component: { component: { value: 'ID', multiple: true, description: 'Only this part of the pack.' } },
  licence: {
    'accept-licence': {
      value: 'ID',
      multiple: true,
      description: 'You have read this licence and accept it.',
    },
  },
} as const satisfies Record<string, Record<string, CommandOption>>;

/** The store in the models folder. Removes leftovers of interrupted calls. */
export async function openStore(
  { facts, catalogsFolder, environment }: ModelsSurroundings,
  { options }: CommandContext,
): Promise<ModelStore> {
  const { folder } = await findModelsFolder(facts, options.text('models-dir'));
  const catalogs = await readCatalogs(catalogsFolder);
  await removeStaleStoreFiles(folder, catalogs);
  return createModelStore({
    modelsFolder: folder,
    catalogs,
    environment,
    hubEndpoint: facts.environment.HF_ENDPOINT || undefined,
    hubToken: facts.environment.HF_TOKEN || undefined,
  });
}

/** Common arguments of the store's long calls: the named components and the progress listener. */
export function storeControls({ options, signal, progress }: CommandContext) {
  const components = options.texts('component');
  return {
    components: components.length === 0 ? undefined : components,
    signal,
    onNotice: (notice: Notice) => progress.say(noticeSentence(notice)),
    onProgress: (step: StoreProgress) =>
      progress.show({
        work: `${step.stage} ${step.file}`,
        text: formatProgress(step),
        isBrief: step.stage === 'resolve',
      }),
  };
}

/** The environment of this process. */
export function processSurroundings(): ModelsSurroundings {
  const { stdin, stderr } = process;
  return {
    facts: thisMachine(),
    catalogsFolder: fileURLToPath(new URL('../../../native-models/packs', import.meta.url)),
    environment: systemEnvironment,
    confirm:
      stdin.isTTY && stderr.isTTY
        ? async (question, signal) => {
            const terminal = createInterface({ input: stdin, output: stderr });
            try {
              return /^y(es)?$/i.test((await terminal.question(question, { signal })).trim());
            } finally {
              terminal.close();
            }
          }
        : undefined,
  };
}
