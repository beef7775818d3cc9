/** `models pull`: downloads what is missing of a pack. */
import type { Command, CommandContext } from '../../foundation/command-line/command.ts';
import type { ModelStore } from '../../models/model-store.ts';
import type { PullResult } from '../../models/pull-pack.ts';
import { bytesLeftOfFiles, type PullPlan } from '../../models/pull-plan.ts';
import { countFiles, formatBytes } from './models-output.ts';
import { type ModelsSurroundings, openStore, storeControls, storeOptions } from './surroundings.ts';

export function pullCommand(surroundings: ModelsSurroundings): Command {
  return {
    name: 'pull',
    summary: 'Downloads what is missing of a pack.',
    usage: 'PACK [options]',
    operands: ['PACK'],
    options: {
      ...storeOptions.component,
      ...storeOptions.licence,
      size: { description: 'Say how much would be downloaded, then stop.' },
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

export function describePull({ downloadedFiles, downloadedBytes, keptFiles }: PullResult): string {
  return `Downloaded ${countFiles(downloadedFiles)}, ${formatBytes(downloadedBytes)}; already there: ${keptFiles}.`;
}

/** Shows the licences that are not accepted yet and, where somebody is there, asks. */
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
