/** The environment of the `models` commands, and the store that they open in it. */

import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';
import { type Notice, noticeSentence } from '../../contract/notices.ts';
import type { CommandContext, CommandOption } from '../../foundation/command-line/command.ts';
import { throwIfCancelled } from '../../foundation/files/file-errors.ts';
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
        ? (question, signal) => confirmIn(stdin, stderr, question, signal)
        : undefined,
  };
}

/**
 * Asks a yes-or-no question in a terminal. The end of the input (Ctrl+D) is a no.
 *
 * @throws StudioError CANCELLED on Ctrl+C, which the terminal takes while it reads, and when the signal is aborted
 */
export async function confirmIn(
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
  question: string,
  signal: AbortSignal,
): Promise<boolean> {
  const terminal = createInterface({ input, output, terminal: true });
  const [interrupted, ended] = [new AbortController(), new AbortController()];
  terminal.once('SIGINT', () => interrupted.abort());
  terminal.once('close', () => ended.abort());
  const cancelled = AbortSignal.any([signal, interrupted.signal]);
  try {
    const answer = await terminal.question(question, { signal: AbortSignal.any([cancelled, ended.signal]) });
    return /^y(es)?$/i.test(answer.trim());
  } catch (error) {
    throwIfCancelled(cancelled);
    if (error instanceof Error && error.name === 'AbortError') return false;
    throw error;
  } finally {
    terminal.close();
  }
}
