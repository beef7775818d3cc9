/** A farm in place of a command's own engine: it renders with the model of the farm's workers. */
import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import type { OpenPack } from '../contract/engine-status.ts';
import { StudioError } from '../contract/errors.ts';
import type { OfferedModel } from '../contract/farm.ts';
import type { DeviceReport } from '../contract/progress.ts';
import { describeModel, isSameModel, type RenderRequest } from '../contract/render-request.ts';
import { FarmClient } from '../farm/client/farm-client.ts';
import type { JobPlace } from '../farm/client/followed-job.ts';
import type { FarmAddress } from '../farm/farm-address.ts';
import type { RenderEngine } from '../farm/render-engine.ts';
import type { ParsedOptions } from '../foundation/command-line/command.ts';
import type { ProgressPrinter } from '../foundation/command-line/progress-printer.ts';
import { engineOptions } from './engine-options.ts';

/** The part of a command's engine that a farm offers. */
export interface FarmEngine {
  readonly pack: OpenPack;
  readonly run: RenderEngine['run'];
  readonly close: () => Promise<void>;
}

/**
 * Connects to a farm and chooses its model.
 *
 * @param out the result's path, which names the jobs: the same render for the same file is the same job
 * @throws StudioError USAGE for options of a local engine; FARM_MODEL_UNKNOWN; what {@link FarmClient.connect} throws
 */
export async function openFarmEngine(
  address: FarmAddress,
  options: ParsedOptions,
  out: string,
  progress: ProgressPrinter,
): Promise<FarmEngine> {
  const { pack: _, ...local } = engineOptions;
  const [ofEngine] = Object.keys(local).filter((name) => options.has(name));
  if (ofEngine !== undefined) {
    throw new StudioError(
      'USAGE',
      `On a farm, the workers decide: --${ofEngine} is an option of "pnpmix worker".`,
    );
  }
  const client = await connect(address, progress);
  try {
    const { pack } = await chooseModel(client, options.text('pack'));
    return { pack, run: runnerOf(client, out, progress), close: () => client.close() };
  } catch (error) {
    await client.close();
    throw error;
  }
}

/**
 * Connects to a farm that has a certain model.
 *
 * @param out see {@link openFarmEngine}
 * @returns also the devices of the running workers that have the model, one per worker
 * @throws StudioError FARM_MODEL_UNKNOWN when no worker has offered the model, and what {@link FarmClient.connect} throws
 */
export async function openFarmOfModel(
  address: FarmAddress,
  identity: RenderRequest['pack'],
  out: string,
  progress: ProgressPrinter,
): Promise<Omit<FarmEngine, 'pack'> & { readonly devices: readonly DeviceReport[] }> {
  const client = await connect(address, progress);
  try {
    const [offered, workers] = await Promise.all([client.models(), client.workers()]);
    const found = offered.find(({ pack }) => isSameModel(pack.identity, identity));
    if (found === undefined) throw unknownModel(describeModel(identity), offered);
    const devices = workers.filter(({ model }) => model === found.model).map(({ device }) => device);
    return { devices, run: runnerOf(client, out, progress), close: () => client.close() };
  } catch (error) {
    await client.close();
    throw error;
  }
}

async function connect(address: FarmAddress, progress: ProgressPrinter): Promise<FarmClient> {
  const client = await FarmClient.connect(address, (isConnected) =>
    progress.say(
      isConnected
        ? `note: connected to ${client.server} again.`
        : `note: the connection to the farm ${client.server} was lost; waiting for it. Queued renders are not lost.`,
    ),
  );
  return client;
}

function runnerOf(client: FarmClient, out: string, progress: ProgressPrinter): RenderEngine['run'] {
  const tell = placeTeller(progress);
  // A hash: workers log it, and a path may contain names.
  const outputId = createHash('sha256').update(resolve(out)).digest('hex');
  return async (task, controls) => {
    const { machine: _, ...result } = await client.render(task.request, {
      ...controls,
      previews: task.previews,
      outputId,
      onPlace: tell,
    });
    return result;
  };
}

/** Reports once each why jobs wait, and which machines render. */
function placeTeller(progress: ProgressPrinter): (place: JobPlace) => void {
  const said = new Set<string>();
  return ({ machine, reason }) => {
    const line =
      reason !== null
        ? `note: the renders wait: ${reason} Start one: npx pnpmix worker`
        : machine === null
          ? undefined
          : `note: rendering on ${machine}.`;
    if (line === undefined || said.has(line)) return;
    said.add(line);
    progress.say(line);
  };
}

/** @throws StudioError FARM_MODEL_UNKNOWN, USAGE when the name fits several */
async function chooseModel(client: FarmClient, packId: string | undefined): Promise<OfferedModel> {
  const [offered, workers] = await Promise.all([client.models(), client.workers()]);
  const named = offered.filter(({ pack }) => packId === undefined || pack.identity.id === packId);
  const served = named.filter(({ model }) => workers.some((worker) => worker.model === model));
  const fitting = served.length > 0 ? served : named;
  if (fitting.length === 1) return fitting[0]!;
  if (fitting.length > 1) {
    throw new StudioError('USAGE', `The farm has several models; name one with --pack:\n${listOf(fitting)}`);
  }
  throw unknownModel(`the pack ${packId}`, offered);
}

function unknownModel(wanted: string, offered: readonly OfferedModel[]): StudioError {
  return new StudioError(
    'FARM_MODEL_UNKNOWN',
    offered.length === 0
      ? 'The farm has no workers yet. Start one: npx pnpmix worker --queue URL --key FILE'
      : `No worker of the farm has offered ${wanted}. It has:\n${listOf(offered)}`,
  );
}

function listOf(models: readonly OfferedModel[]): string {
  return models.map(({ pack }) => `  ${describeModel(pack.identity)}`).join('\n');
}
