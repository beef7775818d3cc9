/** Smart select by one click on the starter pack's evaluation scenes, compared with their true masks. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { GrabCutSegmenter } from '../../../../electron/inference/segmentation/grab-cut.ts';

const SCENES = join('native-models', 'packs', 'starter', 'evaluation', 'scenes');
/** Each of so many scenes. */
const EVERY = 4;

interface Thing {
  readonly name: string;
  readonly picture: { readonly width: number; readonly height: number; readonly data: Uint8Array };
  /** 1 where the object is. */
  readonly truth: Uint8Array;
}

async function things(): Promise<Thing[]> {
  const found: Thing[] = [];
  for (const [index, scene] of readdirSync(SCENES).sort().entries()) {
    if (index % EVERY !== 0) continue;
    const background = join(SCENES, scene, 'background.webp');
    const { data, info } = await sharp(readFileSync(background))
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    const { width, height } = info;
    for (const file of readdirSync(join(SCENES, scene)).filter((one) => /^mask-\d+\.png$/.test(one))) {
      const mask = await sharp(readFileSync(join(SCENES, scene, file)))
        .resize(width, height, { kernel: 'nearest' })
        .greyscale()
        .raw()
        .toBuffer();
      found.push({
        name: `${scene}/${file}`,
        picture: { width, height, data: new Uint8Array(data) },
        truth: Uint8Array.from(mask, (value) => Number(value > 127)),
      });
    }
  }
  return found;
}

/** The object's pixel that is nearest to its centre. */
function middleOf({ truth, picture: { width } }: Thing): { x: number; y: number } {
  const inside = [...truth.keys()].filter((at) => truth[at] === 1);
  const [x, y] = [(at: number) => at % width, (at: number) => Math.floor(at / width)];
  const mean = (of: (at: number) => number) => inside.reduce((sum, at) => sum + of(at), 0) / inside.length;
  const [meanX, meanY] = [mean(x), mean(y)];
  const away = (at: number) => Math.hypot(x(at) - meanX, y(at) - meanY);
  const nearest = inside.reduce((best, at) => (away(at) < away(best) ? at : best));
  return { x: x(nearest) + 0.5, y: y(nearest) + 0.5 };
}

it('selects most objects by one click in their middle, without their surroundings', async () => {
  const segmenter = new GrabCutSegmenter();
  const overlaps: Record<string, number> = {};
  for (const thing of await things()) {
    const { name, picture, truth } = thing;
    const prompt = { points: [{ ...middleOf(thing), isInside: true }], box: null };
    const [proposal] = await segmenter.segment({ pixels: picture, contentHash: name }, prompt);
    let [both, either] = [0, 0];
    for (let at = 0; at < truth.length; at++) {
      const isFound = (proposal?.mask.data[at] ?? 0) >= 0.5;
      both += Number(isFound && truth[at] === 1);
      either += Number(isFound || truth[at] === 1);
    }
    overlaps[name] = both / either;
  }
  const values = Object.values(overlaps).sort((a, b) => a - b);
  expect(values.length).toBe(20);
  // 0.826 and 0.938 measured.
  expect(values.reduce((sum, value) => sum + value, 0) / values.length).toBeGreaterThan(0.8);
  expect(values[values.length / 2]).toBeGreaterThan(0.9);
});
