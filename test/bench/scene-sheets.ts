/**
 * `node test/bench/scene-sheets.ts`: composes ten of the starter pack's evaluation scenes, sampled evenly, in both
 * modes, and writes docs/images/ten-scenes.jpg (replace: as in the paper, and as the pack recommends) and
 * docs/images/ten-scenes-placed.jpg (place: collage, result, and the model's drawing alone).
 */
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import type { LoadedScene } from '../../electron/app/scenes/scene-folder.ts';
import { assetReader, makeRequest } from '../../electron/app/scenes/scene-request.ts';
import type { SheetRow, SheetTile } from '../../electron/cli/contact-sheet.ts';
import { packFolder } from '../../electron/cli/pack-folder.ts';
import type { RenderParameters } from '../../electron/contract/parameters.ts';
import type { Placement } from '../../electron/contract/placement.ts';
import {
  type EvaluationConcept,
  type EvaluationScene,
  loadEvaluationScenes,
} from '../../electron/evaluation/evaluation-scenes.ts';
import { extensionsOff } from '../../electron/evaluation/paper-figures.ts';
import { decodePixels } from '../../electron/foundation/pictures/picture-operations.ts';
import { Engine } from '../../electron/inference/engine/engine.ts';
import { boundingRectangle } from '../../electron/pipeline/masks/rectangle.ts';
import type { RgbImage } from '../../electron/pipeline/processors/image.ts';
import { writeSheet } from './sheet-file.ts';

const COUNT = 10;
const SCENES_PER_ROW = 2;

const starter = await packFolder('starter');
const cacheFolder = await mkdtemp(join(tmpdir(), 'scene-sheets-'));
const engine = await Engine.open({ packFolder: starter, device: 'cpu', cacheFolder });

async function render(
  scene: LoadedScene,
  parameters: Partial<RenderParameters>,
  strength?: number,
): Promise<RgbImage> {
  const request = makeRequest(scene, engine.pack, {
    parameters,
    ...(strength === undefined ? {} : { strength }),
  });
  return (await engine.render(request, assetReader(scene))).image;
}

async function pixelsOf({ assets, assetIds }: LoadedScene, path: string): Promise<RgbImage> {
  return decodePixels(assets.get(assetIds.get(path)!)!.bytes, path, 'picture');
}

/** Up to four concept images in one picture, at half size unless there is only one. */
async function conceptsOf({ concepts, background }: EvaluationScene): Promise<RgbImage> {
  const { width, height } = background;
  const share = concepts.length === 1 ? 1 : 2;
  const overlays = await Promise.all(
    concepts.map(async ({ image }, index) => ({
      input: await sharp(image.data, { raw: { width: image.width, height: image.height, channels: 3 } })
        .resize(Math.floor(width / share) - (share - 1) * 2, Math.floor(height / share) - (share - 1) * 2, {
          fit: 'fill',
        })
        .png()
        .toBuffer(),
      left: (index % share) * Math.ceil(width / share + 2),
      top: Math.floor(index / share) * Math.ceil(height / share + 2),
    })),
  );
  const data = await sharp({ create: { width, height, channels: 3, background: '#ffffff' } })
    .composite(overlays)
    .removeAlpha()
    .raw()
    .toBuffer();
  return { width, height, data };
}

/** The subject on the lower edge of the region that an object had, as large as fits. */
function placementIn({ image, subject, mask }: EvaluationConcept): Placement {
  const from = boundingRectangle(subject)!;
  const to = boundingRectangle(mask)!;
  const scale = Math.min(to.width / from.width, to.height / from.height);
  return {
    x: to.left + to.width / 2 - scale * (from.left + from.width / 2 - image.width / 2),
    y: to.top + to.height - scale * (from.top + from.height - image.height / 2),
    scale,
    rotationDeg: 0,
    flipX: false,
    flipY: false,
    opacity: 1,
    softEdgePx: 0,
    shadow: null,
  };
}

/** The scene with its concepts placed on the background without objects. */
async function placed({ id, loaded, concepts }: EvaluationScene): Promise<LoadedScene> {
  const assets = new Map(loaded.assets);
  const assetIds = new Map(loaded.assetIds);
  const placedConcepts = [];
  for (const [index, { mask: _, ...concept }] of loaded.file.concepts.entries()) {
    const name = `subject-${index + 1}.png`;
    const bytes = await readFile(join(starter, 'evaluation', 'scenes', id, name));
    const assetId = createHash('sha256').update(bytes).digest('hex');
    assets.set(assetId, { name, bytes });
    assetIds.set(name, assetId);
    const placement = placementIn(concepts[index]!);
    placedConcepts.push({ ...concept, subject: name, mode: 'place' as const, placement });
  }
  const { inpainted, ...file } = loaded.file;
  return {
    ...loaded,
    assets,
    assetIds,
    file: { ...file, background: inpainted!, concepts: placedConcepts },
  };
}

async function replaceTiles(scene: EvaluationScene): Promise<SheetTile[]> {
  return [
    { caption: 'background', image: scene.background },
    { caption: 'concepts', image: await conceptsOf(scene) },
    { caption: 'as in the paper', image: await render(scene.loaded, extensionsOff) },
    { caption: 'recommended', image: await render(scene.loaded, {}) },
  ];
}

async function placeTiles(scene: EvaluationScene): Promise<SheetTile[]> {
  const loaded = await placed(scene);
  return [
    { caption: 'background', image: await pixelsOf(loaded, loaded.file.background) },
    { caption: 'concepts', image: await conceptsOf(scene) },
    { caption: 'collage', image: await render(loaded, { detail: 1 }, 0) },
    { caption: 'result', image: await render(loaded, {}) },
    { caption: 'the model alone', image: await render(loaded, { detail: 0 }, 1) },
  ];
}

try {
  const { scenes } = await loadEvaluationScenes(starter, COUNT);
  const sheets: Readonly<Record<string, (scene: EvaluationScene) => Promise<SheetTile[]>>> = {
    'ten-scenes': replaceTiles,
    'ten-scenes-placed': placeTiles,
  };
  for (const [name, tilesOf] of Object.entries(sheets)) {
    const rows: SheetRow[] = [];
    for (let first = 0; first < scenes.length; first += SCENES_PER_ROW) {
      const tiles: SheetTile[] = [];
      for (const scene of scenes.slice(first, first + SCENES_PER_ROW)) tiles.push(...(await tilesOf(scene)));
      // Every row has the same columns.
      rows.push({ tiles: first === 0 ? tiles : tiles.map(({ caption: _, ...tile }) => tile) });
    }
    await writeSheet(name, rows);
  }
} finally {
  await engine.release();
  await rm(cacheFolder, { recursive: true, force: true });
}
