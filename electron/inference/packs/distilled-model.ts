/**
 * Recognises models that were distilled to draw in a few steps (Turbo, Lightning, Hyper-SD, LCM, DMD). Their weights
 * have the base model's names and shapes, so that only what their makers call them tells. They draw backgrounds, but
 * blending inverts pictures (docs/decisions/0216).
 */
import { basename } from 'node:path';
import type { Checkpoint } from '../../../native-models/graph/index.ts';
import { StudioError } from '../../contract/errors.ts';

/** Words of their names, not inside of another word. */
const WORDS = /(?<![a-z])(turbo|lightning|hyper-?sdx?l?|lcm|dmd2?)(?![a-z])/i;

/**
 * @param name of the pack or file
 * @returns the word that says so; undefined for other models
 */
export function distillationOf(name: string, { singleFile, components }: Checkpoint): string | undefined {
  const titles = [...components.values()].flatMap(({ weightFiles }) =>
    weightFiles.map(({ metadata }) => metadata.get('modelspec.title') ?? ''),
  );
  const texts = [name, singleFile === undefined ? '' : basename(singleFile.path), ...titles];
  return texts.map((text) => WORDS.exec(text)?.[1]).find((word) => word !== undefined);
}

/**
 * Refuses to invert with a distilled model, or with a LoRA that makes one of another.
 *
 * @param pack its name and its LoRAs' decide, next to the titles in its files
 * @throws StudioError MODEL_INVALID
 */
export function assertInvertible({
  name,
  checkpoint,
  loras,
}: {
  readonly name: string;
  readonly checkpoint: Checkpoint;
  readonly loras: readonly { readonly name: string }[];
}): void {
  const own = distillationOf(name, checkpoint);
  if (own !== undefined) throw new StudioError('MODEL_INVALID', refusal(`The model "${name}"`, own));
  for (const lora of loras) {
    const word = WORDS.exec(lora.name)?.[1];
    if (word !== undefined) throw new StudioError('MODEL_INVALID', refusal(`The LoRA "${lora.name}"`, word));
  }
}

function refusal(what: string, word: string): string {
  return (
    `${what} is called “${word}”: such models are distilled to draw in a few steps and predict noise for their own ` +
    'timesteps only, so that pictures cannot be inverted with them, which blending does. Use the base model; if the ' +
    'name misleads, rename the file.'
  );
}
