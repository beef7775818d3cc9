/** `demo`: the starter pack's two-concept scene, as a picture and as a sheet of how it came about. */
import { join } from 'node:path';
import { type LoadedScene, loadScene } from '../app/scenes/scene-folder.ts';
import { assetReader, makeRequest } from '../app/scenes/scene-request.ts';
import type { Command, CommandContext } from '../foundation/command-line/command.ts';
import type { Engine, RenderOutcome } from '../inference/engine/engine.ts';
import { decodeImage, decodeMask, encodePng } from '../inference/images/images.ts';
import type { RgbImage } from '../pipeline/processors/image.ts';
import { reportOutcomes } from './compose.ts';
import { drawSheet, type SheetTile } from './contact-sheet.ts';
import { engineOptions, openEngine } from './engine-options.ts';
import { conceptColors, overlayMasks } from './mask-overlay.ts';
import { assertOutputsApart } from './output-clash.ts';
import { prepareOutput, writeOutput } from './output-file.ts';
import { packFolder } from './pack-folder.ts';
import { showRender } from './render-progress.ts';

export const demoCommand: Command = {
  name: 'demo',
  summary: 'Composes the starter pack’s two-concept scene, with a sheet of its inputs.',
  usage: '[options]',
  operands: [],
  options: {
    out: { value: 'FOLDER', description: 'Folder for result.png and sheet.png; out/demo by default.' },
    ...engineOptions,
  },
  run: runDemo,
};

async function runDemo(context: CommandContext): Promise<void> {
  const { options, signal, progress } = context;
  const scenePath = join(await packFolder(options.text('pack')), 'scenes', 'two-concepts', 'scene.json');
  const scene = await loadScene(scenePath);
  const folder = options.text('out') ?? join('out', 'demo');
  const resultPath = join(folder, 'result.png');
  const sheetPath = join(folder, 'sheet.png');
  await assertOutputsApart(
    [resultPath, sheetPath].map((path) => ({ what: '--out', path })),
    scene.readFrom.map((path) => ({ what: 'a file of the scene', path })),
    await packFolder(options.text('pack')),
  );
  await prepareOutput(resultPath);
  await prepareOutput(sheetPath);
  let engine: Engine | undefined;
  try {
    engine = await openEngine(options, signal, showRender(progress));
    const outcome = await engine.render(
      makeRequest(scene, engine.pack, { parameters: {} }),
      assetReader(scene),
      {
        signal,
        onProgress: showRender(progress),
      },
    );
    await writeOutput(resultPath, await encodePng(outcome.image));
    await writeOutput(sheetPath, await drawSheet([{ tiles: await overviewTiles(scene, outcome) }]));
    reportOutcomes([outcome], { picture: resultPath, sheet: sheetPath }, [], context);
  } finally {
    await engine?.release();
  }
}

/** Background, inpainted background, masks, concept images and result. */
async function overviewTiles(scene: LoadedScene, outcome: RenderOutcome): Promise<SheetTile[]> {
  const { file, assetIds, assets } = scene;
  const asset = (path: string) => assets.get(assetIds.get(path)!)!;
  const imageOf = async (path: string): Promise<RgbImage> => (await decodeImage(asset(path))).pixels;
  const background = await imageOf(file.background);
  const masks = await Promise.all(file.concepts.map(({ mask }) => decodeMask(asset(mask))));
  const orders = file.concepts.map(({ order }) => order);
  return [
    { image: background, caption: 'background' },
    ...(file.inpainted === undefined
      ? []
      : [{ image: await imageOf(file.inpainted), caption: 'inpainted background' }]),
    { image: overlayMasks(background, masks, orders), caption: 'masks' },
    ...(await Promise.all(
      file.concepts.map(async ({ name, image }, index) => ({
        image: await imageOf(image),
        caption: name,
        captionColor: conceptColors[index]!,
      })),
    )),
    { image: outcome.image, caption: 'result' },
  ];
}
