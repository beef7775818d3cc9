import { join } from 'node:path';
import { initializeCanvas, type Layer, readPsd } from 'ag-psd';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { RenderRequest } from '../../../../electron/contract/render-request.ts';
import { pictureOperations } from '../../../../electron/foundation/pictures/picture-operations.ts';
import { exportAs, requirePsdSize, requireWebpSize } from '../../../../electron/projects/export/export-as.ts';
import { createProject, temporaryFolder, withCode } from '../project-fixture.ts';
import { renderOf } from '../sample-render.ts';
import { columnMask, HEIGHT, WIDTH } from './column-mask.ts';

// The library reads pixels into objects of a browser by default.
initializeCanvas(
  () => {
    throw new Error('No canvas is needed for pixels.');
  },
  (width, height) =>
    ({ width, height, data: new Uint8ClampedArray(width * height * 4) }) as unknown as ImageData,
);

const options = { pictures: pictureOperations, metadata: true, program: 'PnP-MIX Studio 1.2.3' };
const SOURCE_TYPE = 'digitalsourcetype/compositeWithTrainedAlgorithmicMedia';

const flat = (colour: { r: number; g: number; b: number }) =>
  sharp({ create: { width: WIDTH, height: HEIGHT, channels: 3, background: colour } })
    .png()
    .toBuffer();

const RESULT = { r: 200, g: 120, b: 40 };
const BACKGROUND = { r: 10, g: 20, b: 30 };

async function renderedProject() {
  const project = createProject(join(await temporaryFolder(), 'My scene.pnpmix'));
  const [result, background] = [await flat(RESULT), await flat(BACKGROUND)].map((bytes) =>
    project.putAsset(bytes),
  ) as [string, string];
  const [back, front] = [await columnMask(2, 10), await columnMask(6, 14, 128)].map((bytes) =>
    project.putAsset(bytes),
  ) as [string, string];
  const base = renderOf(result).request;
  const concept = {
    prompt: 'a cat',
    image: background,
    subject: null,
    mode: 'replace' as const,
    front: null,
    placement: null,
    strength: 1,
    alpha: 0,
  };
  const concepts = [
    { ...concept, name: 'Front', mask: front, order: 1 },
    { ...concept, name: '뒤', mask: back, order: 0 },
  ];
  const request: RenderRequest = {
    ...base,
    scene: { ...base.scene, background, inpainted: background, concepts },
  };
  return { project, id: project.addRender(renderOf(result, { request })).id };
}

describe.each([
  ['jpeg', 'image/jpeg', 'My scene 1.jpg', 'jpeg', 2],
  ['webp', 'image/webp', 'My scene 1.webp', 'webp', 4],
  ['tiff', 'image/tiff', 'My scene 1.tif', 'tiff', 0],
] as const)('%s', (format, mediaType, fileName, kind, tolerance) => {
  it('contains the picture, in sRGB, and states that it is a composite with generated parts', async () => {
    const { project, id } = await renderedProject();
    const file = await exportAs(project, id, format, options);
    expect(file).toMatchObject({ fileName, mediaType });
    const { format: found, width, height, icc, xmpAsString } = await sharp(file.bytes).metadata();
    expect([found, width, height]).toEqual([kind, WIDTH, HEIGHT]);
    expect(icc?.toString('latin1')).toContain('s\0R\0G\0B');
    expect(xmpAsString).toContain(SOURCE_TYPE);
    const pixels = await sharp(file.bytes).raw().toBuffer();
    for (const [channel, value] of Object.values(RESULT).entries()) {
      expect(Math.abs(pixels[channel]! - value)).toBeLessThanOrEqual(tolerance);
    }
  });

  it('does not contain how it was made if that is switched off', async () => {
    const { project, id } = await renderedProject();
    const { bytes } = await exportAs(project, id, format, { ...options, metadata: false });
    expect((await sharp(bytes).metadata()).xmp).toBe(undefined);
  });
});

it('the quality determines the size of a JPEG', async () => {
  const noise = Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * 7919) % 251);
  const sizeAt = async (quality: number) => {
    const picture = { width: 64, height: 64, data: noise };
    return (await pictureOperations.encodeAs(picture, 'jpeg', { quality, xmp: null })).length;
  };
  expect(await sizeAt(30)).toBeLessThan(await sizeAt(95));
});

describe('a PSD file', () => {
  async function layersOf(metadata = true) {
    const { project, id } = await renderedProject();
    const file = await exportAs(project, id, 'psd', { ...options, metadata });
    expect(file).toMatchObject({ fileName: 'My scene 1.psd', mediaType: 'image/vnd.adobe.photoshop' });
    return readPsd(file.bytes, { useImageData: true });
  }
  const colourOf = ({ imageData }: Pick<Layer, 'imageData'>) => [...imageData!.data.subarray(0, 4)];

  it('contains the background, each concept with its mask from back to front, and the result on top', async () => {
    const psd = await layersOf();
    expect([psd.width, psd.height]).toEqual([WIDTH, HEIGHT]);
    const layers = psd.children!;
    expect(layers.map(({ name, hidden }) => [name, hidden])).toEqual([
      ['Background', false],
      ['Inpainted background', true],
      ['뒤', false],
      ['Front', false],
      ['Result', false],
    ]);
    expect(colourOf(layers[0]!)).toEqual([10, 20, 30, 255]);
    expect(colourOf(layers[4]!)).toEqual([200, 120, 40, 255]);
    expect(colourOf(psd)).toEqual([200, 120, 40, 255]);
    // Opaque pixels under a mask cropped to the visible part.
    const [back, front] = [layers[2]!, layers[3]!];
    expect(colourOf(back)).toEqual([200, 120, 40, 255]);
    const { left, top, right, bottom } = front.mask!;
    expect({ left, top, right, bottom }).toEqual({ left: 6, top: 0, right: 14, bottom: HEIGHT });
    expect([front.left, front.top, front.right, front.bottom]).toEqual([6, 0, 14, HEIGHT]);
    expect(front.mask!.defaultColor).toBe(0);
    const row = ({ mask: found }: Layer) =>
      Array.from({ length: found!.imageData!.width }, (_, x) => found!.imageData!.data[4 * x]);
    expect(row(front)).toEqual(Array(8).fill(128));
    // Half of what is behind the front concept is covered.
    expect(row(back)).toEqual([255, 255, 255, 255, 127, 127, 127, 127]);
  });

  it('states that it is a composite with generated parts, unless that is switched off', async () => {
    expect((await layersOf()).imageResources?.xmpMetadata).toContain(SOURCE_TYPE);
    expect((await layersOf(false)).imageResources?.xmpMetadata).toBe(undefined);
  });
});

describe('a picture that a format cannot hold', () => {
  it('is refused as WebP, with the formats that can', () => {
    expect(() => requireWebpSize({ width: 16_383, height: 9 })).not.toThrow();
    expect(() => requireWebpSize({ width: 9, height: 16_384 })).toThrow(withCode('EXPORT_TOO_LARGE', 'TIFF'));
  });

  it('is refused as PSD, with the formats that can', () => {
    const layer = { pixels: { width: 10_000, height: 10_000, data: new Uint8Array() }, mask: null };
    expect(() => requirePsdSize([layer, layer, layer])).not.toThrow();
    expect(() => requirePsdSize(Array(6).fill(layer))).toThrow(withCode('EXPORT_TOO_LARGE', 'OpenRaster'));
  });
});
