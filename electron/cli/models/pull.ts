/** `models pull`: downloads the missing files of a pack. */
import type { Command, CommandContext } from '../../foundation/command-line/command.ts';
import type { ModelStore } from '../../models/model-store.ts';
import type { PullResult } from '../../models/pull-pack.ts';
import { bytesLeftOfFiles, type PullPlan } from '../../models/pull-plan.ts';
import { countFiles, formatBytes } from './models-output.ts';
import { type ModelsSurroundings, openStore, storeControls, storeOptions } from './surroundings.ts';

export function pullCommand(surroundings: ModelsSurroundings): Command {
  return {
    name: 'pull',
    summary: 'Downloads the missing files of a pack.',
    usage: 'PACK [options]',
    operands: ['PACK'],
    options: {
      ...storeOptions.component,
      ...storeOptions.licence,
      size: { description: 'Print the size of the download, then stop.' },
      ...storeOptions.folder,
    },
    run: async (context) => {
      const { options, positionals, print, result, progress } = context;
      const [pack = ''] = positionals;
      const store = await openStore(surroundings, context);
      const controls = storeControls(context);
      if (options.has('size')) {
        const plan = await store.plan(pack, controls);
        result(planResult(pack, plan));
        print(describePlan(plan));
        return;
      }
      const licences = await store.licencesToAccept(pack, controls.components);
      const pulled = await store.pull(pack, {
        ...controls,
        acceptedLicences: await askForLicences(licences, surroundings, context),
        onPlan: (plan) => progress.say(describePlan(plan)),
      });
      result({ pack, ...pulled });
      print(describePull(pulled));
    },
  };
}

function planResult(pack: string, { files, bytesLeft, freeBytes }: PullPlan): object {
  const missing = files.filter(({ state }) => state === 'missing');
  const components = [...new Set(missing.map(({ component }) => component.id))].map((id) => {
    const own = missing.filter(({ component }) => component.id === id);
    return { id, files: own.length, bytes: bytesLeftOfFiles(own) };
  });
  return { pack, files: missing.length, bytesToDownload: bytesLeft, freeBytes, components };
}

/** The download's size, in total and, for several components, for each. */
function describePlan({ catalog, files, bytesLeft, freeBytes }: PullPlan): string {
  const missing = files.filter(({ state }) => state === 'missing');
  if (missing.length === 0) return 'Nothing to download.';
  const sizeOf = (bytes: number | null) => (bytes === null ? 'of unknown size' : formatBytes(bytes));
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

export function describePull({ downloadedFiles, downloadedBytes, keptFiles }: PullResult): string {
  return `Downloaded ${countFiles(downloadedFiles)}, ${formatBytes(downloadedBytes)}; already there: ${keptFiles}.`;
}

/** Shows the licences not accepted yet and asks, if someone can answer. */
async function askForLicences(
  licences: Awaited<ReturnType<ModelStore['licencesToAccept']>>,
  { confirm }: ModelsSurroundings,
  { options, signal, progress }: CommandContext,
): Promise<readonly string[]> {
  const accepted = [...options.texts('accept-licence')];
  for (const { id, name, url, summary } of licences) {
    progress.say(`${name} (${id})\n  ${summary}\n  ${url}`);
    if (accepted.includes(id)) continue;
    if (confirm === undefined) {
      progress.say(`  To accept it: --accept-licence ${id}`);
    } else if (await confirm('  Have you read it, and do you accept it? [y/N] ', signal)) {
      accepted.push(id);
    }
  }
  return accepted;
}
