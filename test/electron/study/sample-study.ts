/** A study whose pictures can be distinguished by colour, and raters with known opinions. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { writeJson } from '../inference/tiny-pack.ts';

/** True mean ratings by method, on each criterion of {@link sampleStudy}. */
export const TRUE_MEANS: Readonly<Record<string, readonly [number, number, number]>> = {
  'Custom Diffusion': [2.6, 2.2, 2.8],
  'Mix-of-Show': [2.0, 1.8, 2.4],
  Perfusion: [1.4, 1.2, 1.6],
  'PnP-MIX': [4.4, 4.2, 3.8],
};
export const METHODS = Object.keys(TRUE_MEANS);

/** Red level of each method's pictures. */
export const RED: Readonly<Record<string, number>> = Object.fromEntries(
  METHODS.map((method, index) => [method, 60 * (index + 1)]),
);

/** A rating whose mean over raters and trials is the true one. */
export function opinion(rater: number, trial: number, method: string, criterion: number): number {
  const mean = TRUE_MEANS[method]![criterion]!;
  const isUp = ((rater * 7 + trial * 3 + criterion) % 10) / 10 < mean - Math.floor(mean);
  return Math.floor(mean) + (isUp ? 1 : 0);
}

/** Writes the study in `folder` and returns its content. */
export async function sampleStudy(folder: string, changes: Record<string, unknown> = {}) {
  mkdirSync(folder, { recursive: true });
  const write = async (name: string, red: number) => {
    const picture = { width: 8, height: 8, channels: 3 as const, background: { r: red, g: 40, b: 90 } };
    await sharp({ create: picture }).png().toFile(join(folder, name));
  };
  await write('reference-1.png', 10);
  await write('reference-2.png', 20);
  for (const method of METHODS) await write(`${method}.png`, RED[method]!);
  const trials = Array.from({ length: 8 }, (_, index) => ({
    id: `trial-${index}`,
    prompt: `A photo of thing ${index} beside a cup`,
    references: ['reference-1.png', 'reference-2.png'],
    candidates: Object.fromEntries(METHODS.map((method) => [method, `${method}.png`])),
  }));
  const content = {
    version: 1,
    title: 'Which picture is best?',
    consent: 'You will rate pictures. Nothing about you is stored.',
    trialsPerParticipant: 5,
    attentionChecks: 1,
    trials,
    ...changes,
  };
  writeJson(join(folder, 'study.json'), content);
  return content;
}
