/**
 * `demo`: renders a scene in which two concepts replace objects, and a photograph in which one is placed, with a
 * sheet of their inputs.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type LoadedScene, loadScene } from '../app/scenes/scene-folder.ts';
import { assetReader, makeRequest } from '../app/scenes/scene-request.ts';
import type { EngineResultOf } from '../contract/engine-messages.ts';
import type { Command, CommandContext } from '../foundation/command-line/command.ts';
import { decodePixels } from '../foundation/pictures/picture-operations.ts';
import { greyToMask, type RgbImage } from '../pipeline/processors/image.ts';
import { type CommandEngine, openCommandEngine } from './command-engine.ts';
import { reportOutcomes } from './compose.ts';
import { drawSheet, type SheetRow, type SheetTile } from './contact-sheet.ts';
import { engineOptions } from './engine-options.ts';
import { CONCEPT_COLORS, overlayMasks } from './mask-overlay.ts';
import { assertOutputsApart } from './output-clash.ts';
import { prepareOutput, writeOutput } from './output-file.ts';
import { packFolder } from './pack-folder.ts';
import { showRender } from './render-progress.ts';

export const demoCommand: Command = {
  name: 'demo',
  summary: 'Composes two of the starter pack’s scenes, one for each mode, with a sheet of their inputs.',
  usage: '[options]',
  operands: [],
  options: {
    out: {
      value: 'FOLDER',
      description: 'Folder for result.png, photograph.png and sheet.png; out/demo by default.',
    },
    ...engineOptions,
  },
  run: runDemo,
};

async function runDemo(context: CommandContext): Promise<void> {
  const { options, signal, progress } = context;
  const scenes = join(await packFolder(options.text('pack')), 'scenes');
  const folder = options.text('out') ?? join('out', 'demo');
  const shown = [{ scene: await loadScene(join(scenes, 'two-concepts', 'scene.json')), name: 'result' }];
  const photograph = join(scenes, 'photograph', 'scene.json');
  if (existsSync(photograph)) shown.push({ scene: await loadScene(photograph), name: 'photograph' });
  const sheetPath = join(folder, 'sheet.png');
  const paths = [...shown.map(({ name }) => join(folder, `${name}.png`)), sheetPath];
  await assertOutputsApart(
    paths.map((path) => ({ what: '--out', path })),
    shown.flatMap(({ scene }) => scene.readFrom.map((path) => ({ what: 'a file of the scene', path }))),
    await packFolder(options.text('pack')),
  );
  for (const path of paths) await prepareOutput(path);
  let engine: CommandEngine | undefined;
  try {
    engine = await openCommandEngine(options, signal, progress);
    const outcomes: EngineResultOf<'render'>[] = [];
    const rows: SheetRow[] = [];
    const pictures: Record<string, string> = {};
    for (const { scene, name } of shown) {
      const request = makeRequest(scene, engine.pack, { parameters: {} });
      const outcome = await engine.run(
        { kind: 'render', request, previews: false },
        { signal, readAsset: assetReader(scene), onProgress: showRender(progress) },
      );
      const path = join(folder, `${name}.png`);
      await writeOutput(path, outcome.png);
      const result = await decodePixels(outcome.png, 'The result', 'picture');
      rows.push({ tiles: await overviewTiles(scene, result) });
      outcomes.push(outcome);
      pictures[name === 'result' ? 'picture' : name] = path;
    }
    await writeOutput(sheetPath, await drawSheet(rows));
    reportOutcomes(outcomes, { ...pictures, sheet: sheetPath }, [], context);
  } finally {
    await engine?.close();
  }
}

/** Width from which a picture spans several columns of the sheet. */
const LARGE_FROM_PX = 512;

/** Background, inpainted background, masks, concept images and result. */
async function overviewTiles(scene: LoadedScene, result: RgbImage): Promise<SheetTile[]> {
  const { file, assetIds, assets } = scene;
  const asset = (path: string) => assets.get(assetIds.get(path)!)!;
  const imageOf = async (path: string): Promise<RgbImage> => decodePixels(asset(path).bytes, path, 'picture');
  const background = await imageOf(file.background);
  // Show a photograph larger than the drawings.
  const isLarge = background.width > LARGE_FROM_PX;
  const masked = file.concepts.filter(({ mask }) => mask !== undefined);
  const masks = await Promise.all(
    masked.map(async ({ mask }) => {
      const { data, width, height } = await decodePixels(asset(mask!).bytes, mask!, 'mask', background);
      return greyToMask(data, width, height);
    }),
  );
  const orders = masked.map(({ order }) => order);
  return [
    { image: background, caption: 'background', columns: isLarge ? 2 : 1 },
    ...(file.inpainted === undefined
      ? []
      : [{ image: await imageOf(file.inpainted), caption: 'inpainted background' }]),
    ...(masked.length === 0 ? [] : [{ image: overlayMasks(background, masks, orders), caption: 'masks' }]),
    ...(await Promise.all(
      file.concepts.map(async ({ name, image }, index) => ({
        image: await imageOf(image),
        caption: name,
        captionColor: CONCEPT_COLORS[index]!,
      })),
    )),
    { image: result, caption: 'result', columns: isLarge ? 3 : 1 },
  ];
}
