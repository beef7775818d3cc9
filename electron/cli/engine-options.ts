/** Options for models and device, and the device as printed. */
import { existsSync } from 'node:fs';
import { type DeviceChoice, deviceChoiceSchema } from '../contract/engine-status.ts';
import { StudioError } from '../contract/errors.ts';
import type { DeviceReport } from '../contract/progress.ts';
import type { CommandOption, ParsedOptions } from '../foundation/command-line/command.ts';
import { packFolder } from './pack-folder.ts';

export const engineOptions = {
  pack: { value: 'NAME|FOLDER', description: 'Model pack: starter, an installed one, or a folder.' },
  checkpoint: {
    value: 'FILE.safetensors',
    description: 'Instead of a pack: a checkpoint of one file (SD 1.x, SD 2.x), where it lies.',
  },
  device: {
    value: 'auto|cpu|cuda|...',
    description: 'Device; the best one that works by default. One that is not there is an error.',
  },
} as const satisfies Record<string, CommandOption>;

/** What the options say. */
export interface EngineChoice {
  readonly packFolder: string;
  readonly device: DeviceChoice;
}

/** @throws StudioError USAGE, and what {@link packFolder} throws */
export async function readEngineChoice(options: ParsedOptions): Promise<EngineChoice> {
  const text = options.text('device') ?? 'auto';
  const device = deviceChoiceSchema.safeParse(text);
  if (!device.success) {
    throw new StudioError('USAGE', `--device takes ${deviceChoiceSchema.options.join(', ')}; not "${text}".`);
  }
  return { packFolder: await readPackChoice(options), device: device.data };
}

/**
 * The pack or the checkpoint that the options name.
 *
 * @throws StudioError USAGE for both at once, PACK_UNKNOWN for a checkpoint that is not there, and what
 *   {@link packFolder} throws
 */
export async function readPackChoice(options: ParsedOptions): Promise<string> {
  const [pack, checkpoint] = [options.text('pack'), options.text('checkpoint')];
  if (checkpoint === undefined) return packFolder(pack);
  if (pack !== undefined) throw new StudioError('USAGE', 'Give --pack or --checkpoint, not both.');
  if (existsSync(checkpoint)) return checkpoint;
  throw new StudioError('PACK_UNKNOWN', `There is no checkpoint at ${checkpoint}.`);
}

/** The device in a line, with the better ones that were passed over. */
export function describeDevice({ device, name, threads, passedOver }: DeviceReport): string {
  const used = `${device} (${name}${threads === undefined ? '' : `, ${threads} threads`})`;
  return [used, ...passedOver.map((other) => `not ${other.device}: ${other.reason}`)].join('; ');
}
