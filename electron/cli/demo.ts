/** `demo`: the starter pack's two-concept scene, as a picture and as a sheet of how it came about. */
import { join } from 'node:path';
import { type AssetFile, type LoadedScene, loadScene } from '../app/scenes/scene-folder.ts';
import { assetReader, makeRequest } from '../app/scenes/scene-request.ts';
import type { Command, CommandContext } from '../foundation/command-line/command.ts';
import type { PictureKind, Pixels } from '../foundation/pictures/picture-codec.ts';
import { decodePixels } from '../foundation/pictures/picture-operations.ts';
import { greyToMask, type RgbImage } from '../pipeline/processors/image.ts';
import { type CommandEngine, openCommandEngine } from './command-engine.ts';
import { reportOutcomes } from './compose.ts';
import { drawSheet, type SheetTile } from './contact-sheet.ts';
import { engineOptions } from './engine-options.ts';
import { CONCEPT_COLORS, overlayMasks } from './mask-overlay.ts';
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
  let engine: CommandEngine | undefined;
  try {
    engine = await openCommandEngine(options, signal, progress);
    const request = makeRequest(scene, engine.pack, { parameters: {} });
    const outcome = await engine.run(
      { kind: 'render', request, previews: false },
      { signal, readAsset: assetReader(scene), onProgress: showRender(progress) },
    );
    await writeOutput(resultPath, outcome.png);
    const result = await decodePixels(outcome.png, 'The result', 'picture');
    await writeOutput(sheetPath, await drawSheet([{ tiles: await overviewTiles(scene, result) }]));
    reportOutcomes([outcome], { picture: resultPath, sheet: sheetPath }, [], context);
  } finally {
    await engine?.close();
  }
}

/** Background, inpainted background, masks, concept images and result. */
async function overviewTiles(scene: LoadedScene, result: RgbImage): Promise<SheetTile[]> {
  const { file, assetIds, assets } = scene;
  const asset = (path: string) => assets.get(assetIds.get(path)!)!;
  const imageOf = async (path: string): Promise<RgbImage> => decode(asset(path), 'picture');
  const background = await imageOf(file.background);
  const masked = file.concepts.filter(({ mask }) => mask !== undefined);
  const masks = await Promise.all(
    masked.map(async ({ mask }) => {
      const { data, width, height } = await decode(asset(mask!), 'mask');
      return greyToMask(data, width, height);
    }),
  );
  const orders = masked.map(({ order }) => order);
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
        captionColor: CONCEPT_COLORS[index]!,
      })),
    )),
    { image: result, caption: 'result' },
  ];
}

function decode({ name, bytes }: AssetFile, kind: PictureKind): Promise<Pixels> {
  return decodePixels(bytes, name, kind);
}
