/**
 * `node test/bench/candidate-sheet.ts`: draws the first candidate, as the window offers it, for 40 of the starter
 * pack's evaluation prompts, sampled evenly, and writes docs/images/forty-candidates.jpg: what a user sees at random.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import type { SheetRow, SheetTile } from '../../electron/cli/contact-sheet.ts';
import { packFolder } from '../../electron/cli/pack-folder.ts';
import { evenly } from '../../electron/evaluation/evaluation-scenes.ts';
import { Engine } from '../../electron/inference/engine/engine.ts';
import { writeSheet } from './sheet-file.ts';

const COUNT = 40;
const PER_ROW = 8;

const starter = await packFolder('starter');
const prompts = z
  .array(z.object({ prompt: z.string(), seed: z.int() }))
  .parse(JSON.parse(await readFile(join(starter, 'evaluation', 'prompts.json'), 'utf8')));
const cacheFolder = await mkdtemp(join(tmpdir(), 'candidate-sheet-'));
const engine = await Engine.open({ packFolder: starter, device: 'cpu', cacheFolder });
try {
  const tiles: SheetTile[] = [];
  for (const { prompt, seed } of evenly(prompts, COUNT)) {
    const { candidates } = await engine.preparation.generateBackgrounds({ prompt, negativePrompt: '', seed });
    tiles.push({
      image: candidates[0]!.image,
      caption: prompt.replace('a photo of ', '').replace(' background', ''),
    });
  }
  const rows: SheetRow[] = [];
  for (let first = 0; first < tiles.length; first += PER_ROW) {
    rows.push({ tiles: tiles.slice(first, first + PER_ROW) });
  }
  await writeSheet('forty-candidates', rows);
} finally {
  await engine.release();
  await rm(cacheFolder, { recursive: true, force: true });
}
