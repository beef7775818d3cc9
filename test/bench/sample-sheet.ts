/**
 * `node test/bench/sample-sheet.ts`: composes the starter pack's ten sample scenes, and writes
 * docs/images/sample-scenes.jpg: background and result of each.
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadScene } from '../../electron/app/scenes/scene-folder.ts';
import { assetReader, makeRequest } from '../../electron/app/scenes/scene-request.ts';
import type { SheetRow, SheetTile } from '../../electron/cli/contact-sheet.ts';
import { packFolder } from '../../electron/cli/pack-folder.ts';
import { decodePixels } from '../../electron/foundation/pictures/picture-operations.ts';
import { Engine } from '../../electron/inference/engine/engine.ts';
import { writeSheet } from './sheet-file.ts';

const SCENES_PER_ROW = 5;

const starter = await packFolder('starter');
const folder = join(starter, 'scenes');
const cacheFolder = await mkdtemp(join(tmpdir(), 'sample-sheet-'));
const engine = await Engine.open({ packFolder: starter, device: 'cpu', cacheFolder });
try {
  const drawings: SheetTile[] = [];
  const photographs: SheetTile[] = [];
  const entries = await readdir(folder, { withFileTypes: true });
  for (const { name } of entries.filter((entry) => entry.isDirectory())) {
    const scene = await loadScene(join(folder, name, 'scene.json'));
    const path = join(folder, name, scene.file.background);
    const { image } = await engine.render(
      makeRequest(scene, engine.pack, { parameters: {} }),
      assetReader(scene),
    );
    (path.endsWith('.webp') ? photographs : drawings).push(
      { image: await decodePixels(await readFile(path), path, 'picture'), caption: 'background' },
      { image, caption: 'result' },
    );
  }
  // The sheet's tiles have the size of the first picture: a drawing's.
  const tiles = [...drawings, ...photographs];
  const rows: SheetRow[] = [];
  for (let first = 0; first < tiles.length; first += 2 * SCENES_PER_ROW) {
    rows.push({ tiles: tiles.slice(first, first + 2 * SCENES_PER_ROW) });
  }
  await writeSheet('sample-scenes', rows);
} finally {
  await engine.release();
  await rm(cacheFolder, { recursive: true, force: true });
}
