/** The instruments that score pictures, opened and described. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { EncoderFolders, InstrumentFacts } from '../../contract/picture-scores.ts';
import { AppearanceClassifier } from './appearance-classifier.ts';
import { Encoder } from './encoder.ts';

/** A score whose instrument is missing is null. */
export interface Instruments {
  readonly clip?: Encoder | undefined;
  readonly dinov2?: Encoder | undefined;
  /** The pack's own classifier, for pictures unlike CLIP's; never called CLIP. */
  readonly appearance?: AppearanceClassifier | undefined;
}

/** The encoders in a pack, or next to it where the model store installs them (docs/decisions/0040). */
export function installedEncoders(packFolder: string): EncoderFolders {
  const find = (part: string) =>
    [join(packFolder, part), join(dirname(packFolder), part)].find((folder) =>
      existsSync(join(folder, 'config.json')),
    ) ?? null;
  return { clip: find('text-similarity'), dinov2: find('image-similarity') };
}

/**
 * Opens the given encoders and the pack's own classifier, if it has one; the caller releases them.
 *
 * @throws StudioError what {@link Encoder.open} and {@link AppearanceClassifier.open} throw
 */
export async function openInstruments(
  packFolder: string,
  { clip, dinov2 }: EncoderFolders,
  cacheFolder: string,
): Promise<Instruments> {
  const evaluation = join(packFolder, 'evaluation');
  const opened: { -readonly [Id in keyof Instruments]: Instruments[Id] } = {};
  try {
    if (clip !== null) opened.clip = await Encoder.open(clip, cacheFolder);
    if (dinov2 !== null) opened.dinov2 = await Encoder.open(dinov2, cacheFolder);
    if (existsSync(join(evaluation, 'classifier.json'))) {
      opened.appearance = await AppearanceClassifier.open(evaluation);
    }
    return opened;
  } catch (error) {
    await releaseInstruments(opened);
    throw error;
  }
}

export async function releaseInstruments({ clip, dinov2, appearance }: Instruments): Promise<void> {
  await clip?.release();
  await dinov2?.release();
  await appearance?.release();
}

export function describeInstruments({ clip, dinov2, appearance }: Instruments): InstrumentFacts[] {
  const ofEncoder = (
    id: 'clip' | 'dinov2',
    { name, className, fingerprint }: Encoder['identity'],
  ): InstrumentFacts => ({ id, name: `${className} from ${name}`, fingerprint });
  return [
    ...(clip ? [ofEncoder('clip', clip.identity)] : []),
    ...(dinov2 ? [ofEncoder('dinov2', dinov2.identity)] : []),
    ...(appearance
      ? [
          {
            id: 'appearance' as const,
            name: 'the pack’s own classifier, not CLIP',
            fingerprint: appearance.fingerprint,
          },
        ]
      : []),
  ];
}
