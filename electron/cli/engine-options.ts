/** The options that say which models run on which device, and how an engine is opened with them. */
import { StudioError } from '../contract/errors.ts';
import type { DeviceReport, RenderProgress } from '../contract/progress.ts';
import type { CommandOption, ParsedOptions } from '../foundation/command-line/command.ts';
import { Engine } from '../inference/engine/engine.ts';
import { type DeviceChoice, deviceNames } from '../inference/runtime/devices.ts';
import { packFolder } from './pack-folder.ts';

export const engineOptions = {
  pack: { value: 'NAME|FOLDER', description: 'Model pack: starter, an installed one, or a folder.' },
  device: {
    value: 'auto|cpu|cuda|...',
    description: 'Device; the best one that works by default. One that is not there is an error.',
  },
} as const satisfies Record<string, CommandOption>;

/**
 * Opens the engine that the options ask for, in this process (docs/decisions/0136); the caller releases it.
 *
 * @param cacheFolder another one than the user's, where what is cached would falsify a measurement
 * @throws StudioError USAGE, and what Engine.open throws
 */
export async function openEngine(
  options: ParsedOptions,
  signal: AbortSignal,
  onProgress?: (progress: RenderProgress) => void,
  cacheFolder?: string,
): Promise<Engine> {
  const device = options.text('device') ?? 'auto';
  if (!isDeviceChoice(device)) {
    throw new StudioError('USAGE', `--device takes auto, ${deviceNames.join(', ')}; not "${device}".`);
  }
  return Engine.open({
    packFolder: await packFolder(options.text('pack')),
    device,
    signal,
    ...(onProgress && { onProgress }),
    ...(cacheFolder !== undefined && { cacheFolder }),
  });
}

function isDeviceChoice(text: string): text is DeviceChoice {
  return text === 'auto' || deviceNames.some((name) => name === text);
}

/** The device in a line, with the better ones that were passed over. */
export function describeDevice({ device, name, threads, passedOver }: DeviceReport): string {
  const used = `${device} (${name}${threads === undefined ? '' : `, ${threads} threads`})`;
  return [used, ...passedOver.map((other) => `not ${other.device}: ${other.reason}`)].join('; ');
}
