/** `models`: the model store on the command line. */
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { exitCodeOf, StudioError } from '../contract/errors.ts';
import { bytesToDownload, type CatalogSize } from '../contract/pack-catalog.ts';
import { type PlatformFacts, thisMachine } from '../foundation/folders.ts';
import { readCatalogs } from '../models/catalogs.ts';
import { createModelStore, type ModelStore } from '../models/model-store.ts';
import { chooseModelsFolder, findModelsFolder } from '../models/models-folder.ts';
import type { PullOptions, PullResult } from '../models/pull-pack.ts';
import { bytesLeftOfFiles, type PullPlan } from '../models/pull-plan.ts';
import { removeStaleStoreFiles } from '../models/stale-files.ts';
import { type StoreEnvironment, systemEnvironment } from '../models/store-environment.ts';
import { MODELS_HELP, type ModelsCommand, parseModelsArguments } from './models/models-arguments.ts';
import { countFiles, formatBytes, type ProgressPrinter, progressPrinter } from './models/models-output.ts';

/** What the command needs from the process that it runs in. */
export interface ModelsIo {
  /** Results. */
  readonly out: (text: string) => void;
  /** Progress, notices and errors. */
  readonly err: (text: string) => void;
  /** Whether `err` is a terminal, on which a line can be written over. */
  readonly isTerminal: boolean;
  readonly signal: AbortSignal;
  readonly facts: PlatformFacts;
  /** Folder with a folder per pack. */
  readonly catalogsFolder: string;
  readonly environment: StoreEnvironment;
  /** Asks the user a question to be answered with yes or no; undefined where nobody is there to answer. */
  readonly confirm?: ((question: string) => Promise<boolean>) | undefined;
}

/** @returns the exit code (docs/errors.md) */
export async function runModels(argv: readonly string[], io: ModelsIo): Promise<number> {
  const printer = progressPrinter(io.err, io.isTerminal, io.environment.now);
  try {
    const command = parseModelsArguments(argv);
    if (command.name === 'help') {
      io.out(MODELS_HELP);
      return 0;
    }
    return await runCommand(command, io, printer);
  } catch (error) {
    const code = error instanceof StudioError ? error.code : 'INTERNAL';
    printer.say(`error ${code}: ${error instanceof Error ? error.message : String(error)}`);
    if (argv.includes('--debug')) io.err(`${inspect(error)}\n`);
    if (code === 'USAGE') io.err('npm run models -- --help shows what it takes.\n');
    return exitCodeOf(code);
  } finally {
    printer.end();
  }
}

type Command<Name extends ModelsCommand['name']> = Extract<ModelsCommand, { name: Name }>;

async function runCommand(
  command: Exclude<ModelsCommand, { name: 'help' }>,
  io: ModelsIo,
  printer: ProgressPrinter,
): Promise<number> {
  if (command.name === 'where') return where(command, io);
  const { folder } = await findModelsFolder(io.facts, command.modelsFolder);
  const catalogs = await readCatalogs(io.catalogsFolder);
  await removeStaleStoreFiles(folder, catalogs);
  const store = createModelStore({
    modelsFolder: folder,
    catalogs,
    environment: io.environment,
    hubEndpoint: io.facts.environment.HF_ENDPOINT || undefined,
    hubToken: io.facts.environment.HF_TOKEN || undefined,
  });
  switch (command.name) {
    case 'list':
      return list(command, store, io);
    case 'pull':
      return pull(command, store, io, printer);
    case 'verify':
      return verify(command, store, io, printer);
    case 'import':
      return importModels(command, store, io, printer);
    case 'remove':
      return remove(command, store, io);
  }
}

async function where({ set, modelsFolder }: Command<'where'>, io: ModelsIo): Promise<number> {
  if (set !== undefined) await chooseModelsFolder(io.facts, set);
  const { folder, chosenBy } = await findModelsFolder(io.facts, modelsFolder);
  io.out(`${folder}\n`);
  const reasons = {
    call: 'named in this call',
    PNPMIX_MODELS_DIR: 'from PNPMIX_MODELS_DIR',
    setting: 'chosen with models where --set',
    platform: 'this system’s place for application data',
  };
  io.err(`(${reasons[chosenBy]})\n`);
  return 0;
}

async function list({ json }: Command<'list'>, store: ModelStore, io: ModelsIo): Promise<number> {
  const packs = await store.list();
  if (json) {
    io.out(`${JSON.stringify({ modelsFolder: store.modelsFolder, packs }, null, 2)}\n`);
    return 0;
  }
  for (const { id, name, components } of packs) {
    io.out(`${id}  ${name}\n`);
    for (const component of components) {
      const size =
        component.state === 'absent' ? describeSize(component.size) : formatBytes(component.installedBytes);
      const optional = component.isOptional ? ', optional' : '';
      io.out(
        `  ${component.id.padEnd(18)}${component.state.padEnd(11)}${component.name} (${size}${optional}, ${component.licence})\n`,
      );
    }
    const left = bytesToDownload(components);
    if (left.knownBytes > 0 || left.unknownFiles > 0) {
      io.out(`  to download, without the optional parts: ${describeSize(left)}\n`);
    }
  }
  const freeBytes = await store.freeBytes();
  const free = freeBytes === undefined ? '' : ` (${formatBytes(freeBytes)} free)`;
  io.err(`models folder: ${store.modelsFolder}${free}\n`);
  return 0;
}

/** "5.2 GB", or what is known of it: the rest only the sources can say. */
function describeSize({
  knownBytes,
  unknownFiles,
}: Pick<CatalogSize, 'knownBytes' | 'unknownFiles'>): string {
  if (unknownFiles === 0) return formatBytes(knownBytes);
  const rest = `${countFiles(unknownFiles)} of unknown size`;
  return knownBytes === 0 ? rest : `${formatBytes(knownBytes)} and ${rest}`;
}

async function pull(
  { pack, components, acceptedLicences, sizeOnly }: Command<'pull'>,
  store: ModelStore,
  io: ModelsIo,
  printer: ProgressPrinter,
): Promise<number> {
  const options = { components, signal: io.signal, onProgress: printer.show, onNotice: printer.say };
  if (sizeOnly) {
    const plan = await store.plan(pack, options);
    printer.end();
    io.out(`${describePlan(plan)}\n`);
    return 0;
  }
  const licences = await store.licencesToAccept(pack, components);
  const result = await store.pull(pack, {
    ...options,
    acceptedLicences: await askForLicences(licences, acceptedLicences, io),
    onPlan: (plan) => printer.say(describePlan(plan)),
  });
  printer.end();
  io.out(`${describePull(result)}\n`);
  return 0;
}

/** What would be downloaded, in all and, where it is more than one part, part by part. */
function describePlan({ catalog, files, bytesLeft, freeBytes }: PullPlan): string {
  const missing = files.filter(({ state }) => state === 'missing');
  if (missing.length === 0) return 'Nothing is to be downloaded.';
  const sizeOf = (bytes: number | null) =>
    bytes === null ? 'of a size that only the download will show' : formatBytes(bytes);
  const free = freeBytes === undefined ? '' : `; ${formatBytes(freeBytes)} free`;
  const lines = catalog.components.flatMap(({ id, name }) => {
    const own = missing.filter(({ component }) => component.id === id);
    return own.length === 0
      ? []
      : [`  ${id.padEnd(18)}${countFiles(own.length)}, ${sizeOf(bytesLeftOfFiles(own))} (${name})`];
  });
  return [
    ...(lines.length > 1 ? lines : []),
    `To download: ${countFiles(missing.length)}, ${sizeOf(bytesLeft)}${free}.`,
  ].join('\n');
}

function describePull({ downloadedFiles, downloadedBytes, keptFiles }: PullResult): string {
  return `Downloaded ${countFiles(downloadedFiles)}, ${formatBytes(downloadedBytes)}; already there: ${keptFiles}.`;
}

/** Shows the licences that are not accepted yet and, where somebody is there, asks. */
async function askForLicences(
  licences: Awaited<ReturnType<ModelStore['licencesToAccept']>>,
  accepted: readonly string[],
  io: ModelsIo,
): Promise<readonly string[]> {
  const all = [...accepted];
  for (const { id, name, url, summary } of licences) {
    io.err(`${name} (${id})\n  ${summary}\n  ${url}\n`);
    if (all.includes(id)) continue;
    if (io.confirm === undefined) {
      io.err(`  To accept it: --accept-licence ${id}\n`);
    } else if (await io.confirm('  Have you read it, and do you accept it? [y/N] ')) {
      all.push(id);
    }
  }
  return all;
}

async function verify(
  { pack, components, acceptedLicences, quick, repair }: Command<'verify'>,
  store: ModelStore,
  io: ModelsIo,
  printer: ProgressPrinter,
): Promise<number> {
  const options = { components, signal: io.signal, onProgress: printer.show, onNotice: printer.say };
  const files = await store.verify(pack, { ...options, quick });
  printer.end();
  const bad = files.filter(({ state }) => state === 'missing' || state === 'changed');
  const absent = files.filter(({ state }) => state === 'absent');
  for (const { state, finalPath } of [...bad, ...absent]) io.out(`${state.padEnd(9)}${finalPath}\n`);
  const good = files.length - bad.length - absent.length;
  io.out(`${countFiles(good)} right, ${bad.length} damaged, ${absent.length} not installed.\n`);
  if (bad.length === 0) return 0;
  if (!repair) {
    throw new StudioError(
      'PACK_INCOMPLETE',
      'Run the command again with --repair to download the damaged files again.',
    );
  }
  const pullOptions: PullOptions = { ...options, components: undefined, acceptedLicences };
  io.out(`${describePull(await store.repair(pack, bad, pullOptions))}\n`);
  return 0;
}

async function importModels(
  { pack, folder, components, mode }: Command<'import'>,
  store: ModelStore,
  io: ModelsIo,
  printer: ProgressPrinter,
): Promise<number> {
  const { files, ownFiles } = await store.import(pack, folder, {
    components,
    mode,
    signal: io.signal,
    onProgress: printer.show,
    onNotice: printer.say,
  });
  printer.end();
  for (const path of ownFiles) io.out(`not the catalogue’s own file: ${path}\n`);
  const parts = [...new Set(files.map(({ component }) => component))].join(', ');
  io.out(
    files.length === 0
      ? 'All of it was there already.\n'
      : `Imported ${countFiles(files.length)}: ${parts}.\n`,
  );
  return 0;
}

async function remove(
  { pack, components }: Command<'remove'>,
  store: ModelStore,
  io: ModelsIo,
): Promise<number> {
  const { removedFiles, freedBytes, kept } = await store.remove(pack, { components, signal: io.signal });
  for (const { path, reason } of kept) io.out(`kept ${path}: ${reason}\n`);
  io.out(`Removed ${countFiles(removedFiles)}; ${formatBytes(freedBytes)} are free again.\n`);
  return 0;
}

/** The process that the command usually runs in. */
export function processModelsIo(signal: AbortSignal): ModelsIo {
  const { stdin, stdout, stderr } = process;
  return {
    out: (text) => stdout.write(text),
    err: (text) => stderr.write(text),
    isTerminal: stderr.isTTY === true,
    signal,
    facts: thisMachine(),
    catalogsFolder: fileURLToPath(new URL('../../native-models/packs', import.meta.url)),
    environment: systemEnvironment,
    confirm:
      stdin.isTTY && stderr.isTTY
        ? async (question) => {
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

if (import.meta.main) {
  const controller = new AbortController();
  // The first Ctrl+C pauses; a second one ends the process at once.
  process.once('SIGINT', () => controller.abort());
  process.once('SIGTERM', () => controller.abort());
  process.exitCode = await runModels(process.argv.slice(2), processModelsIo(controller.signal));
}
