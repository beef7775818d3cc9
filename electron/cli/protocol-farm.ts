/** Renders a protocol's pictures on the workers of a farm. */

import { StudioError } from '../contract/errors.ts';
import type { DeviceReport } from '../contract/progress.ts';
import type { PictureRenderer } from '../evaluation/protocol/picture-renderer.ts';
import type { FarmAddress } from '../farm/farm-address.ts';
import type { ProgressPrinter } from '../foundation/command-line/progress-printer.ts';
import type { Engine } from '../inference/engine/engine.ts';
import { decodeAll } from '../inference/images/images.ts';
import { openFarmOfModel } from './farm-engine.ts';

/** Pictures in work for each worker: one that it renders, one that waits for it, and some for workers that join. */
const AT_ONCE_PER_WORKER = 4;

/**
 * Connects to the workers that have the engine's model. They must be of one kind of device: pictures of several kinds
 * differ by rounding, and would not compare.
 *
 * @param out the report's folder, which names the jobs: a repeated command finds those of the one before
 * @throws StudioError FARM_MODEL_UNKNOWN, DEVICE_UNAVAILABLE, and what connecting throws
 */
export async function openFarmRenderer(
  address: FarmAddress,
  engine: Engine,
  out: string,
  progress: ProgressPrinter,
): Promise<PictureRenderer & { readonly close: () => Promise<void> }> {
  const farm = await openFarmOfModel(address, engine.pack.identity, out, progress);
  try {
    const device = onlyDevice(farm.devices, engine.pack.name);
    return {
      device,
      atOnce: AT_ONCE_PER_WORKER * farm.devices.length,
      render: async (request, readAsset, signal) => {
        const task = { kind: 'render', request, previews: false } as const;
        const result = await farm.run(task, { signal, readAsset });
        if (result.device.device !== device.device) throw ofSeveralKinds([device, result.device]);
        const { png, totalMs, unetRows, notices } = result;
        return { image: await decodeAll({ name: 'The result', bytes: png }), totalMs, unetRows, notices };
      },
      close: farm.close,
    };
  } catch (error) {
    await farm.close();
    throw error;
  }
}

function onlyDevice(devices: readonly DeviceReport[], pack: string): DeviceReport {
  const [first] = devices;
  if (first === undefined) {
    throw new StudioError(
      'FARM_MODEL_UNKNOWN',
      `No worker with ${pack} is running, so that the device of the pictures is not known. Start one: npx pnpmix worker`,
    );
  }
  if (devices.some(({ device }) => device !== first.device)) throw ofSeveralKinds(devices);
  return first;
}

function ofSeveralKinds(devices: readonly DeviceReport[]): StudioError {
  const kinds = [...new Set(devices.map(({ device }) => device))].join(' and ');
  return new StudioError(
    'DEVICE_UNAVAILABLE',
    `The farm’s workers have different devices (${kinds}), whose pictures differ by rounding and do not compare. ` +
      'Keep workers of one kind running, and run the command again.',
  );
}
