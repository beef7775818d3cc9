/**
 * Recognises models that were distilled to draw in a few steps (Turbo, Lightning, Hyper-SD, LCM, DMD). Their weights
 * have the base model's names and shapes, so that only what their makers call them tells.
 */
import { basename } from 'node:path';
import type { Checkpoint } from '../../../native-models/graph/index.ts';

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

/** A notice for a render with such a model. */
export function distillationNotice(name: string, word: string): string {
  return (
    `"${name}" is called “${word}”: such models are distilled to draw in a few steps and predict for their own ` +
    'timesteps, so that inverting a picture with them is unproven. If the result is poor, use the base model.'
  );
}
