/** What the `models` commands need of the machine, and the store that they open with it. */
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';
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
  /** Folder with a folder per pack. */
  readonly catalogsFolder: string;
  readonly environment: StoreEnvironment;
  /** Asks a question to be answered with yes or no; undefined where nobody is there to answer. */
  readonly confirm?: ((question: string, signal: AbortSignal) => Promise<boolean>) | undefined;
}

/** Options that several `models` commands take. */
export const storeOptions = {
  folder: { 'models-dir': { value: 'FOLDER', description: 'Keep models there, for this call.' } },
  component: { component: { value: 'ID', multiple: true, description: 'Only this part of the pack.' } },
  licence: {
    'accept-licence': {
      value: 'ID',
      multiple: true,
      description: 'You have read this licence and accept it.',
    },
  },
} as const satisfies Record<string, Record<string, CommandOption>>;

/** The models folder's store. What interrupted calls left there is cleared away. */
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

/** The parts that were named, and where progress goes: what every call of the store that takes time is given. */
export function storeControls({ options, signal, progress }: CommandContext) {
  const components = options.texts('component');
  return {
    components: components.length === 0 ? undefined : components,
    signal,
    onNotice: progress.say,
    onProgress: (step: StoreProgress) =>
      progress.show({
        work: `${step.stage} ${step.file}`,
        text: formatProgress(step),
        isBrief: step.stage === 'resolve',
      }),
  };
}

/** The machine that the command usually runs on. */
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
