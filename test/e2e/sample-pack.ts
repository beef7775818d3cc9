/** The tiny pack with a visible sample scene: two objects in a meadow, drawn as vectors. */
import { cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { makeTinyPack, tinySceneFile, writeJson, writeManifest } from '../electron/inference/tiny-pack.ts';

export const SAMPLE_SIZE_PX = 128;

const meadow =
  '<rect width="128" height="128" fill="#8fd3f4"/><rect y="80" width="128" height="48" fill="#7ac74f"/>' +
  '<circle cx="108" cy="20" r="10" fill="#ffd54f"/>';
const cat = (fill: string) => `<ellipse cx="38" cy="84" rx="18" ry="22" fill="${fill}"/>`;
const dog = (fill: string) => `<rect x="74" y="60" width="34" height="40" rx="8" fill="${fill}"/>`;
const plane = (fill: string) => `<rect width="128" height="128" fill="${fill}"/>`;

const pictures: Readonly<Record<string, string>> = {
  'background.png': meadow + cat('#8d6e63') + dog('#e57373'),
  'inpainted.png': meadow,
  result: meadow + cat('#546e7a') + dog('#5c6bc0'),
  'cat.png': `${plane('#ffffff')}<ellipse cx="64" cy="70" rx="40" ry="46" fill="#546e7a"/>`,
  'dog.png': `${plane('#ffffff')}<rect x="26" y="26" width="76" height="84" rx="18" fill="#5c6bc0"/>`,
  'cat-mask.png': plane('#000000') + cat('#ffffff'),
  'dog-mask.png': plane('#000000') + dog('#ffffff'),
};

/** The starter pack's words, so that the editor has some to show. */
function starterVocabulary(): unknown {
  const file = join('native-models', 'training', 'vocabulary.json');
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** A picture of the sample as a PNG file. */
export async function samplePicture(name: string, sizePx = SAMPLE_SIZE_PX): Promise<Buffer> {
  const box = `viewBox="0 0 ${SAMPLE_SIZE_PX} ${SAMPLE_SIZE_PX}"`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${sizePx}" height="${sizePx}" ${box}>${pictures[name]}</svg>`;
  return sharp(Buffer.from(svg)).removeAlpha().png().toBuffer();
}

/** Creates the pack with its scene in `packs`, in place of the bundled one. */
export async function makeSamplePack(
  packs: string,
  { sizePx = SAMPLE_SIZE_PX, concepts = 2 }: { sizePx?: number; concepts?: number } = {},
): Promise<void> {
  mkdirSync(packs, { recursive: true });
  const starter = makeTinyPack(packs, 'starter');
  // The released autoencoder reduces by 8. With the tiny one, which reduces by 4, a row of the U-Net attends within 16
  // times as many pairs and takes ten times as long, which is most of the work of these tests' engines.
  rmSync(join(starter, 'vae'), { recursive: true });
  cpSync(join('native-models', 'packs', 'starter', 'vae'), join(starter, 'vae'), { recursive: true });
  writeManifest(starter, {
    id: 'starter',
    name: 'Test pack',
    width: sizePx,
    height: sizePx,
    textToImage: { steps: 8, guidance: 7.5 },
    vocabulary: starterVocabulary(),
    recommended: { steps: 4, swapGuidanceScale: 1 },
  });
  const folder = join(starter, 'scenes', 'two-concepts');
  mkdirSync(folder, { recursive: true });
  for (const name of Object.keys(pictures).filter((each) => each.endsWith('.png'))) {
    await sharp(await samplePicture(name, sizePx)).toFile(join(folder, name));
  }
  // What the start screen shows beside the background.
  await sharp(await samplePicture('result', sizePx)).toFile(join(folder, 'result.webp'));
  const file = tinySceneFile();
  const more = Array.from({ length: concepts - file.concepts.length }, (_, index) => ({
    ...file.concepts[index % file.concepts.length],
    name: `thing ${index + 3}`,
  }));
  writeJson(join(folder, 'scene.json'), {
    ...file,
    concepts: [...file.concepts, ...more],
    name: 'Two things in a meadow',
    parameters: { steps: 4, swapGuidanceScale: 1 },
  });
}
