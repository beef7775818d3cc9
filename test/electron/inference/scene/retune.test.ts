/** A re-tune uses what the renders before it computed from the scene: its picture must be that of a first render. */
import { expect, test } from 'vitest';
import type { RenderParameters } from '../../../../electron/contract/parameters.ts';
import { firstPlacement } from '../../../../electron/contract/placement.ts';
import type { RgbImage } from '../../../../electron/pipeline/processors/image.ts';
import { tinyEngine } from '../engine/tiny-engine.ts';
import { maskOf, placing, render, replacing } from './full-size-scenes.ts';

const tiny = tinyEngine();

const background = { width: 150, height: 110 };

/** What a user tunes; the last ones change which parts of the scene's values are used. */
const tunings: readonly (Partial<RenderParameters> & { readonly strengths?: readonly (number | null)[] })[] =
  [
    { detail: 1 },
    { detail: 1, beta: 0.4 },
    { detail: 0.5, strengths: [0.6, null] },
    { detail: 1, blendEdgePx: 5 },
    { detail: 1, blendEdgePx: 5, keepOriginalBackground: false },
    { detail: 0, strengths: [1, 0.3] },
    { detail: 1, featherPx: 9 },
    { detail: 1 },
  ];

test('every re-tune has the bytes of a render that computes everything anew', async () => {
  const front = await maskOf(background, { left: 90, top: 20, width: 20, height: 60 });
  const concepts = [
    await replacing(background, { left: 12, top: 20, width: 50, height: 40 }),
    {
      ...(await placing(
        { ...firstPlacement({ width: 24, height: 18 }, background), x: 100, y: 50, scale: 2 },
        1,
      )),
      front,
    },
  ];
  const picture = async ({ strengths = [1, 1], ...change }: (typeof tunings)[number]): Promise<RgbImage> => {
    const tuned = concepts.map((concept, index) => ({ ...concept, strength: strengths[index]! }));
    return (await render(tiny.engine, background, tuned, change)).image;
  };
  const retuned: RgbImage[] = [];
  for (const tuning of tunings) retuned.push(await picture(tuning));
  for (const [index, tuning] of tunings.entries()) {
    // Forgets everything but what is on the disk.
    await tiny.engine.release();
    expect(Buffer.compare(retuned[index]!.data, (await picture(tuning)).data), JSON.stringify(tuning)).toBe(
      0,
    );
  }
  expect(retuned.at(-1)).toEqual(retuned[0]);
  // And they are no copies of one picture.
  expect(new Set(retuned.map(({ data }) => Buffer.from(data).toString('base64'))).size).toBe(
    tunings.length - 1,
  );
});
