/** Options for models and device, and the device as printed. */
import { type DeviceChoice, deviceChoiceSchema } from '../contract/engine-status.ts';
import { StudioError } from '../contract/errors.ts';
import type { DeviceReport } from '../contract/progress.ts';
import type { CommandOption, ParsedOptions } from '../foundation/command-line/command.ts';
import { packFolder } from './pack-folder.ts';

export const engineOptions = {
  pack: { value: 'NAME|FOLDER', description: 'Model pack: starter, an installed one, or a folder.' },
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
  return { packFolder: await packFolder(options.text('pack')), device: device.data };
}

/** The device in a line, with the better ones that were passed over. */
export function describeDevice({ device, name, threads, passedOver }: DeviceReport): string {
  const used = `${device} (${name}${threads === undefined ? '' : `, ${threads} threads`})`;
  return [used, ...passedOver.map((other) => `not ${other.device}: ${other.reason}`)].join('; ');
}
