/**
 * A model pack of a few hundred kilobytes with random weights, and a scene of 32 x 32 pixels for it: all parts of a
 * real pack, fast enough for tests. The weights are the graph tests' golden checkpoint of Stable Diffusion 1.x.
 */
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import sharp from 'sharp';
import type { PAPER_PARAMETERS } from '../../../electron/contract/parameters.ts';

const golden = join(import.meta.dirname, '../../golden');
const checkpoint = join(golden, 'graph/sd1');

export const TINY_SIZE_PX = 32;

/** A new temporary folder; the caller removes it. */
export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'pnpmix-test-'));
}

/** Makes the pack in `parent` and returns its folder. */
export function makeTinyPack(parent: string, name = 'pack'): string {
  const folder = join(parent, name);
  for (const component of ['unet', 'vae', 'text_encoder']) {
    cpSync(join(checkpoint, component), join(folder, component), { recursive: true });
  }
  writeJson(join(folder, 'scheduler', 'scheduler_config.json'), {
    _class_name: 'DDIMScheduler',
    beta_start: 0.00085,
    beta_end: 0.012,
    beta_schedule: 'scaled_linear',
    num_train_timesteps: 1000,
    steps_offset: 1,
    prediction_type: 'epsilon',
    set_alpha_to_one: false,
  });
  const letters = [...'abcdefghijklmnopqrstuvwxyz0123456789'];
  const tokens = [
    ...letters,
    ...letters.map((letter) => `${letter}</w>`),
    '<|startoftext|>',
    '<|endoftext|>',
  ];
  writeJson(
    join(folder, 'tokenizer', 'vocab.json'),
    Object.fromEntries(tokens.map((token, id) => [token, id])),
  );
  writeFileSync(join(folder, 'tokenizer', 'merges.txt'), '#version: 0.2\n');
  writeJson(join(folder, 'tokenizer', 'tokenizer_config.json'), { pad_token: { content: '<|endoftext|>' } });
  return folder;
}

/** Adds the golden segmenter, which takes red for a cat. */
export function addTinySegmenter(folder: string): void {
  cpSync(join(golden, 'segmentation/segmenter'), join(folder, 'segmenter'), { recursive: true });
}

/** Writes the pack's manifest, which describes the files as they are now. */
export function writeManifest(folder: string, changes: Record<string, unknown> = {}): void {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'pack.json')
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({
      path: relative(folder, path).replaceAll('\\', '/'),
      bytes: statSync(path).size,
      sha256: createHash('sha256').update(readFileSync(path)).digest('hex'),
    }));
  writeJson(join(folder, 'pack.json'), {
    id: 'tiny',
    name: 'Tiny',
    version: '1.0.0',
    layout: 'diffusers',
    width: TINY_SIZE_PX,
    height: TINY_SIZE_PX,
    recommended: { steps: 3, swapGuidanceScale: 1 },
    files,
    licence: 'Apache-2.0',
    ...changes,
  });
}

/** Writes a picture: a gradient with a rectangle, or a white rectangle on black for a mask. */
export async function writePicture(
  path: string,
  {
    size = [TINY_SIZE_PX, TINY_SIZE_PX],
    rectangle = [0, 0, 0, 0],
    isMask = false,
  }: {
    size?: readonly [width: number, height: number];
    rectangle?: readonly [left: number, top: number, right: number, bottom: number];
    isMask?: boolean;
  } = {},
): Promise<void> {
  const [width, height] = size;
  const [left, top, right, bottom] = rectangle;
  const data = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const isInside = x >= left && x < right && y >= top && y < bottom;
      const color = isMask
        ? isInside
          ? [255, 255, 255]
          : [0, 0, 0]
        : isInside
          ? [220, 40, 90]
          : [5 * x, 200, 7 * y];
      data.set(color, 3 * (y * width + x));
    }
  }
  await sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toFile(path);
}

/** The scene file of {@link makeTinyScene}, for tests to change. */
export function tinySceneFile() {
  return {
    version: 2,
    prompt: 'a cat and a dog',
    background: 'background.png',
    inpainted: 'inpainted.png' as string | undefined,
    concepts: [
      { name: 'my cat', prompt: 'a cat', image: 'cat.png', mask: 'cat-mask.png', order: 1 } as Record<
        string,
        unknown
      >,
      { name: 'my dog', prompt: 'a dog', image: 'dog.png', mask: 'dog-mask.png', order: 0 } as Record<
        string,
        unknown
      >,
    ],
    parameters: { steps: 3, swapGuidanceScale: 1 } as Partial<typeof PAPER_PARAMETERS>,
  };
}

/** Creates the pictures of a scene with two concepts in `folder`, and writes a scene file. */
export async function makeTinyScene(folder: string, file: unknown = tinySceneFile()): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const inFolder = (name: string) => join(folder, name);
  await writePicture(inFolder('background.png'), { rectangle: [4, 4, 28, 20] });
  await writePicture(inFolder('inpainted.png'));
  await writePicture(inFolder('cat.png'), { rectangle: [8, 8, 20, 24] });
  await writePicture(inFolder('dog.png'), { rectangle: [2, 12, 30, 28] });
  await writePicture(inFolder('cat-mask.png'), { rectangle: [4, 4, 16, 20], isMask: true });
  await writePicture(inFolder('dog-mask.png'), { rectangle: [16, 4, 28, 20], isMask: true });
  const path = inFolder('scene.json');
  writeJson(path, file);
  return path;
}

/** Writes JSON and creates the folders. */
export function writeJson(path: string, value: unknown): void {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, JSON.stringify(value));
}
