/** Exports of renders with large backgrounds and placed concepts: layers and cut-outs at the picture's own size. */
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { firstPlacement, type Placement } from '../../../../electron/contract/placement.ts';
import type { Pixels } from '../../../../electron/foundation/pictures/picture-codec.ts';
import {
  decodeWithOpacity,
  pictureOperations,
} from '../../../../electron/foundation/pictures/picture-operations.ts';
import { drawCasting } from '../../../../electron/foundation/pictures/placed-picture.ts';
import { layOnto } from '../../../../electron/inference/scene/cut-out.ts';
import {
  exportCutOuts,
  exportLayered,
  exportPicture,
} from '../../../../electron/projects/export/export-render.ts';
import { readPngText } from '../../../../electron/projects/export/png-text.ts';
import { FRAME_KEYWORD } from '../../../../electron/projects/export/render-metadata.ts';
import type { ProjectFile } from '../../../../electron/projects/project-file.ts';
import { createProject, temporaryFolder } from '../project-fixture.ts';
import { renderOf } from '../sample-render.ts';

const options = { metadata: true, program: 'test', pictures: pictureOperations };
const frame = { left: 10, top: 20, width: 64, height: 48, modelWidth: 32, modelHeight: 24 };

const plain = (width: number, height: number, colour: string) =>
  sharp({ create: { width, height, channels: 3, background: colour } })
    .png()
    .toBuffer();

/** A white rectangle on black. */
async function mask(width: number, height: number, [left, top, right, bottom]: readonly number[]) {
  const data = new Uint8Array(width * height);
  for (let y = top!; y < bottom!; y++) data.fill(255, y * width + left!, y * width + right!);
  return sharp(data, { raw: { width, height, channels: 1 } })
    .png()
    .toBuffer();
}

test('a placed concept is cut out where it is, and a small mask is resized to the picture', async () => {
  const project = createProject(join(await temporaryFolder(), 'large.pnpmix'));
  const background = project.putAsset(await plain(120, 80, '#102030'));
  const result = project.putAsset(await plain(120, 80, '#c0a080'));
  const image = project.putAsset(await plain(20, 10, '#ff0000'));
  const subject = project.putAsset(await mask(20, 10, [0, 0, 10, 10]));
  const small = project.putAsset(await mask(60, 40, [0, 0, 10, 10]));
  const base = renderOf(background);
  const [concept] = base.request.scene.concepts;
  const placement = {
    ...firstPlacement({ width: 20, height: 10 }, { width: 120, height: 80 }),
    x: 60,
    y: 40,
    scale: 2,
  };
  const { id } = project.addRender({
    ...base,
    result,
    frame,
    request: {
      ...base.request,
      scene: {
        ...base.request.scene,
        concepts: [
          { ...concept!, name: 'Placed', image, subject, mode: 'place', mask: null, placement, order: 1 },
          { ...concept!, name: 'Replaced', mask: small, order: 0 },
        ],
      },
    },
  });

  const [placed, replaced] = await exportCutOuts(project, id, options);
  const alphaAt = async (bytes: Uint8Array, x: number, y: number) => {
    const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height, info.channels]).toEqual([120, 80, 4]);
    return data[4 * (y * 120 + x) + 3]!;
  };
  // 20 x 10 pixels doubled about (60, 40), of which the left half is the subject: x 40..60, y 30..50.
  expect(await alphaAt(placed!.bytes, 50, 40)).toBe(255);
  expect(await alphaAt(placed!.bytes, 70, 40)).toBe(0);
  expect(await alphaAt(placed!.bytes, 50, 60)).toBe(0);
  expect(await alphaAt(replaced!.bytes, 10, 10)).toBe(255);
  expect(await alphaAt(replaced!.bytes, 30, 10)).toBe(0);

  const { bytes } = await exportPicture(project, id, options);
  expect(JSON.parse(readPngText(bytes, FRAME_KEYWORD)!)).toEqual(frame);
  expect(readPngText(bytes, 'parameters')).toContain('PnP-MIX frame: 64x48+10+20 at 32x24');
  expect((await exportLayered(project, id, pictureOperations)).bytes.length).toBeGreaterThan(0);
});

test('a placed concept keeps its opacity, soft edge and shadow: over the background it gives the picture', async () => {
  const size = { width: 60, height: 40 };
  const project = createProject(join(await temporaryFolder(), 'seen.pnpmix'));
  const background = project.putAsset(await plain(60, 40, '#8090a0'));
  const image = project.putAsset(await plain(20, 20, '#ff2000'));
  const shadow = { offsetXPx: 6, offsetYPx: 4, blurPx: 2, opacity: 0.5 };
  const placement = {
    ...firstPlacement({ width: 20, height: 20 }, size),
    ...{ x: 30, y: 20, scale: 1, opacity: 0.8, softEdgePx: 4, shadow },
  };
  // The picture as the canvas shows it: the shadow over the background, the object over both.
  const seen = await pictureOperations.placedShape(
    await plain(20, 20, '#ff2000'),
    'it',
    null,
    placement,
    size,
  );
  const pixels = Uint8Array.from({ length: 60 * 40 * 3 }, (_, at) => {
    const pixel = Math.floor(at / 3);
    const [over, dark] = [seen.shape.data[pixel]! / 255, seen.shadow!.data[pixel]! / 255];
    return over * [255, 32, 0][at % 3]! + (1 - over) * (1 - dark) * [128, 144, 160][at % 3]!;
  });
  const cutOut = await exportPlaced(project, background, image, placement, { ...size, data: pixels });
  const { data } = await sharp(cutOut).raw().toBuffer({ resolveWithObject: true });
  const alphaAt = (x: number, y: number) => data[4 * (y * 60 + x) + 3]!;
  // 0.8, and the shadow of 0.4 that shows through the rest.
  expect(alphaAt(30, 20)).toBeCloseTo(255 * (0.8 + 0.2 * 0.4), -1);
  expect(alphaAt(21, 20)).toBeLessThan(150);
  // The shadow extends beyond the object, in black.
  expect(alphaAt(42, 24)).toBeGreaterThan(60);
  expect([...data.subarray(4 * (24 * 60 + 43), 4 * (24 * 60 + 43) + 3)].every((value) => value < 12)).toBe(
    true,
  );
  expect(alphaAt(5, 5)).toBe(0);
  expect(await farthestLaid(cutOut, await plain(60, 40, '#8090a0'), pixels)).toBeLessThanOrEqual(3);
});

test.each([
  { width: 100, height: 100, softEdgePx: 20 },
  { width: 100, height: 100, softEdgePx: 40 },
  { width: 30, height: 100, softEdgePx: 20 },
  { width: 30, height: 100, softEdgePx: 40 },
  { width: 10, height: 100, softEdgePx: 20 },
  { width: 10, height: 100, softEdgePx: 40 },
])('a $width x $height picture with a soft edge of $softEdgePx px gives the render again', async (placed) => {
  const size = { width: 200, height: 200 };
  const project = createProject(join(await temporaryFolder(), 'soft.pnpmix'));
  const under = await plain(200, 200, '#102030');
  const file = await plain(placed.width, placed.height, '#ffe0c0');
  const placement = {
    ...firstPlacement(placed, size),
    ...{ scale: 1, rotationDeg: 15, softEdgePx: placed.softEdgePx },
  };
  // As the engine stages it, not by what exports are made with.
  const staged = await pictureOperations.decode(under, 'it', 'picture');
  const viewport = { window: { left: 0, top: 0, ...size }, ...size };
  const cutOut = await decodeWithOpacity(file, 'it');
  layOnto(staged, await drawCasting(cutOut, placement, viewport), placement, viewport);
  const [background, image] = [project.putAsset(under), project.putAsset(file)];
  const exported = await exportPlaced(project, background, image, placement, staged);
  expect(await farthestLaid(exported, under, staged.data)).toBeLessThanOrEqual(3);
});

/** The cut-out of a concept that is placed in a render. */
async function exportPlaced(
  project: ProjectFile,
  background: string,
  image: string,
  placement: Placement,
  { width, height, data }: Pixels,
): Promise<Uint8Array> {
  const result = project.putAsset(
    await sharp(data, { raw: { width, height, channels: 3 } })
      .png()
      .toBuffer(),
  );
  const base = renderOf(background);
  const [concept] = base.request.scene.concepts;
  const concepts = [{ ...concept!, image, subject: null, mode: 'place' as const, mask: null, placement }];
  const request = { ...base.request, scene: { ...base.request.scene, concepts } };
  const { id } = project.addRender({ ...base, result, request });
  return (await exportCutOuts(project, id, options))[0]!.bytes;
}

/** By how much a cut-out laid on its background differs from the picture, at most. */
async function farthestLaid(cutOut: Uint8Array, background: Buffer, picture: Uint8Array): Promise<number> {
  const laid = await sharp(background)
    .composite([{ input: Buffer.from(cutOut) }])
    .removeAlpha()
    .raw()
    .toBuffer();
  return laid.reduce((most, value, at) => Math.max(most, Math.abs(value - picture[at]!)), 0);
}
