/**
 * The real LaMa on a small random export of its architecture (test/golden/lama/make_golden.py): the network, and a
 * whole object removal with it, are compared with PyTorch and Pillow in Python.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeMask } from '../../../../electron/inference/images/images.ts';
import { OnnxInpainter } from '../../../../electron/inference/inpainting/onnx-inpainter.ts';
import { openOnnxFile } from '../../../../electron/inference/packs/onnx-file.ts';
import { chooseDevice, type EngineDevice } from '../../../../electron/inference/runtime/devices.ts';
import { openSessionCount } from '../../../../electron/inference/runtime/sessions.ts';
import { pasteFill, removalHole } from '../../../../electron/pipeline/inpainting/object-removal.ts';
import type { RgbImage } from '../../../../electron/pipeline/processors/image.ts';
import { type Tensor, tensor } from '../../../../electron/pipeline/tensor/tensor.ts';
import {
  type Dim,
  OnnxBuilder,
  type OnnxType,
  type Value,
} from '../../../../native-models/graph/onnx-builder.ts';
import { openSafetensors } from '../../../../native-models/graph/safetensors.ts';
import { readTensorAsFloat32 } from '../../../../native-models/graph/safetensors-values.ts';
import { temporaryFolder } from '../tiny-pack.ts';

const golden = join(import.meta.dirname, '../../../golden/lama');
const { marginPx, sampleStride, cases } = JSON.parse(readFileSync(join(golden, 'manifest.json'), 'utf8')) as {
  readonly marginPx: number;
  readonly sampleStride: number;
  /** left, top, right, bottom each: `region` in picture.png, the others in the region. */
  readonly cases: Readonly<
    Record<CaseName, Readonly<Record<'region' | 'square' | 'bounds', [number, number, number, number]>>>
  >;
};
type CaseName = 'unresized' | 'enlarged' | 'border' | 'shrunk';

const sidePx = 512;

let root: string;
let device: EngineDevice;
beforeAll(async () => {
  root = temporaryFolder();
  device = await chooseDevice('cpu');
});
afterAll(() => {
  expect(openSessionCount()).toBe(0);
  rmSync(root, { recursive: true });
});

/** A folder with a model file under LaMa's usual name. */
function inpainterFolder(bytes: Uint8Array): string {
  const folder = mkdtempSync(join(root, 'inpainter-'));
  writeFileSync(join(folder, 'lama_fp32.onnx'), bytes);
  return folder;
}

async function openBytes(bytes: Uint8Array): Promise<OnnxInpainter> {
  return OnnxInpainter.open(inpainterFolder(bytes), device);
}

async function readPicture(
  file: string,
  part?: readonly [number, number, number, number],
): Promise<RgbImage> {
  const whole = sharp(readFileSync(join(golden, file)));
  const [left, top, right, bottom] = part ?? [0, 0, 0, 0];
  const image = part ? whole.extract({ left, top, width: right - left, height: bottom - top }) : whole;
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: new Uint8Array(data) };
}

async function readScene(name: CaseName): Promise<{ image: RgbImage; thing: Tensor }> {
  const image = await readPicture('picture.png', cases[name].region);
  const file = `thing-${name}.png`;
  return { image, thing: await decodeMask({ name: file, bytes: readFileSync(join(golden, file)) }) };
}

describe('the network', () => {
  test('gives PyTorch’s output, from a picture and a hole to the filled picture', async () => {
    const { image, thing } = await readScene('unresized');
    const hole = removalHole([thing], marginPx, image);
    const pixels = Float32Array.from({ length: 3 * sidePx * sidePx }, (_, at) => {
      const [channel, pixel] = [Math.floor(at / sidePx ** 2), at % sidePx ** 2];
      return image.data[3 * pixel + channel]! / 255;
    });
    const session = await openOnnxFile(
      'inpainter',
      join(golden, 'lama_fp32.onnx'),
      {
        inputs: [
          { name: 'image', type: 'float32', dims: [1, 3, sidePx, sidePx] },
          { name: 'mask', type: 'float32', dims: [1, 1, sidePx, sidePx] },
        ],
        outputs: [{ name: 'output', type: 'float32', dims: [1, 3, sidePx, sidePx] }],
      },
      device,
    );
    try {
      const { output } = await session.run(
        {
          image: new ort.Tensor('float32', pixels, [1, 3, sidePx, sidePx]),
          mask: new ort.Tensor('float32', hole.data, [1, 1, sidePx, sidePx]),
        },
        ['output'],
      );
      const wanted = readTensorAsFloat32(openSafetensors(join(golden, 'golden.safetensors')), 'output');
      const perSide = Math.ceil(sidePx / sampleStride);
      expect(wanted.length).toBe(3 * perSide ** 2);
      let farthest = 0;
      let changed = 0;
      wanted.forEach((value, sample) => {
        const [channel, rest] = [Math.floor(sample / perSide ** 2), sample % perSide ** 2];
        const y = Math.floor(rest / perSide) * sampleStride;
        const x = (rest % perSide) * sampleStride;
        const at = channel * sidePx ** 2 + y * sidePx + x;
        farthest = Math.max(farthest, Math.abs((output!.data[at] as number) - value) / 255);
        changed += Number(Math.abs(value / 255 - pixels[at]!) > 0.05);
      });
      expect(farthest).toBeLessThan(1e-4);
      // The fill was compared, not the picture itself.
      expect(changed).toBeGreaterThan(500);
    } finally {
      await session.release();
    }
  });
});

describe('removing an object', () => {
  /**
   * In grey levels. If the square has the size of the network's input, nothing is resized, and only roundings of halves
   * differ. Pillow and libvips resize to within half a grey level of each other on average, which this network's random
   * weights amplify to not quite two; a square shifted by one pixel gives 4 and 13.
   */
  const tolerances = {
    unresized: { mean: 0.01, most: 1 },
    enlarged: { mean: 2.5, most: 64 },
    border: { mean: 2.5, most: 64 },
    shrunk: { mean: 2.5, most: 64 },
  };

  test.each(['unresized', 'enlarged', 'border', 'shrunk'] as const)(
    '%s: cut out with its context, filled, brought back and faded in as in Python',
    async (name) => {
      const { image, thing } = await readScene(name);
      const inpainter = await OnnxInpainter.open(golden, device);
      try {
        expect(inpainter.name).toBe('LaMa');
        const hole = removalHole([thing], marginPx, image);
        const result = pasteFill(image, await inpainter.fill(image, hole), hole, marginPx);
        const [left, top, right, bottom] = cases[name].bounds;
        const wanted = await readPicture(`result-${name}.png`);
        expect([wanted.width, wanted.height]).toEqual([right - left, bottom - top]);
        let [sum, most, changed, count] = [0, 0, 0, 0];
        hole.data.forEach((isHole, pixel) => {
          const [x, y] = [pixel % image.width, Math.floor(pixel / image.width)];
          for (let channel = 0; channel < 3; channel++) {
            const at = 3 * pixel + channel;
            if (isHole === 0) {
              if (result.data[at] !== image.data[at]) throw new Error(`${x}, ${y} lies outside and changed`);
              continue;
            }
            const value = wanted.data[3 * ((y - top) * wanted.width + x - left) + channel]!;
            const difference = Math.abs(result.data[at]! - value);
            sum += difference;
            most = Math.max(most, difference);
            changed += Math.abs(value - image.data[at]!);
            count++;
          }
        });
        expect(sum / count).toBeLessThan(tolerances[name].mean);
        expect(most).toBeLessThanOrEqual(tolerances[name].most);
        expect(changed / count).toBeGreaterThan(20);
      } finally {
        await inpainter.release();
      }
    },
  );
});

/** A network in place of LaMa, with other ports or another scale. */
interface Ports {
  readonly image?: readonly Dim[];
  readonly mask?: readonly Dim[];
  readonly output?: readonly Dim[];
  readonly type?: OnnxType;
  readonly white?: number;
}

const smallSidePx = 16;

/** Fills holes with a quarter of white: image * (1 - mask) + mask / 4, times `white`. */
function quarterGrey({ image, mask, output, type = 'float32', white = 1 }: Ports): Uint8Array {
  const graph = new OnnxBuilder();
  const side = smallSidePx;
  const operate = (name: string, inputs: readonly Value[]) => graph.node(name, inputs, 'float32');
  const asFloats = (value: Value) => graph.node('Cast', [value], 'float32', { attributes: { to: 1 } });
  const picture = asFloats(graph.input('picture', type, image ?? [1, 3, side, side]));
  const hole = asFloats(graph.input('hole', type, mask ?? [1, 1, side, side]));
  const known = operate('Mul', [picture, operate('Sub', [graph.floats([1]), hole])]);
  const filled = operate('Add', [known, operate('Mul', [hole, graph.floats([0.25])])]);
  graph.output('filled', operate('Mul', [filled, graph.floats([white])]), output ?? [1, 3, side, side]);
  return graph.serialize('inpainter');
}

/** A picture of 200 with a hole in its middle. */
function greyWithHole(): { image: RgbImage; hole: Tensor } {
  const [width, height] = [48, 40];
  const inside = new Float32Array(width * height);
  for (let y = 15; y < 25; y++) inside.fill(1, y * width + 18, y * width + 30);
  return {
    image: { width, height, data: new Uint8Array(3 * width * height).fill(200) },
    hole: tensor(inside, [height, width]),
  };
}

describe('other exports', () => {
  test.each([1, 255])('white is %d: detected from the model itself', async (white) => {
    const inpainter = await openBytes(quarterGrey({ white }));
    const { image, hole } = greyWithHole();
    const { data } = await inpainter.fill(image, hole);
    const middle = 3 * (20 * image.width + 24);
    expect([...data.subarray(middle, middle + 3)]).toEqual([64, 64, 64]);
    expect([...data.subarray(0, 3)]).toEqual([200, 200, 200]);
    await inpainter.release();
  });

  test.each<[string, Ports, string]>([
    ['a picture without a fixed size', { image: [1, 3, 'height', 'width'] }, 'picture float32 [1,3,'],
    ['a picture with transparency', { image: [1, 4, 16, 16] }, 'picture float32 [1,4,16,16]'],
    ['a mask of another size', { mask: [1, 1, 1, 16] }, 'hole float32 [1,1,1,16]'],
    ['a mask of three channels', { mask: [1, 3, 16, 16] }, 'hole float32 [1,3,16,16]'],
    ['half precision', { type: 'float16' }, 'picture float16 [1,3,16,16]'],
    ['white of 7', { white: 7 }, 'neither 0..1 nor 0..255'],
  ])('with %s are refused, with what was found', async (_, ports, found) => {
    await expect(openBytes(quarterGrey(ports))).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringContaining(found),
    });
  });

  test('that answer with a picture of another size are refused', async () => {
    const graph = new OnnxBuilder();
    const side = smallSidePx;
    const picture = graph.input('picture', 'float32', [1, 3, side, side]);
    const hole = graph.input('hole', 'float32', [1, 1, side, side]);
    const both = graph.node('Add', [picture, hole], 'float32');
    const half = graph.node('AveragePool', [both], 'float32', {
      attributes: { kernel_shape: [2, 2], strides: [2, 2] },
    });
    graph.output('filled', half, [1, 3, side / 2, side / 2]);
    await expect(openBytes(graph.serialize('inpainter'))).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringContaining('[1,3,8,8] for a 16 x 16 picture'),
    });
  });

  test('with one input or a third are refused', async () => {
    const one = new OnnxBuilder();
    one.output('filled', one.input('picture', 'float32', [1, 3, 16, 16]), [1, 3, 16, 16]);
    const three = new OnnxBuilder();
    const picture = three.input('picture', 'float32', [1, 3, 16, 16]);
    three.input('hole', 'float32', [1, 1, 16, 16]);
    three.input('noise', 'float32', [1, 1, 16, 16]);
    three.output('filled', picture, [1, 3, 16, 16]);
    for (const graph of [one, three]) {
      await expect(openBytes(graph.serialize('inpainter'))).rejects.toMatchObject({
        code: 'MODEL_INVALID',
        message: expect.stringContaining('picture float32 [1,3,16,16]'),
      });
    }
  });

  test('that are truncated, invalid or missing are refused', async () => {
    const whole = readFileSync(join(golden, 'lama_fp32.onnx'));
    for (const bytes of [whole.subarray(0, 5000), Buffer.from('not a model')]) {
      await expect(openBytes(bytes)).rejects.toMatchObject({ code: 'MODEL_INVALID' });
    }
    await expect(OnnxInpainter.open(root, device)).rejects.toMatchObject({ code: 'PACK_INCOMPLETE' });
  });

  test('with non-finite output are reported, not painted', async () => {
    const graph = new OnnxBuilder();
    const picture = graph.input('picture', 'float32', [1, 3, 16, 16]);
    const hole = graph.input('hole', 'float32', [1, 1, 16, 16]);
    // 0 / 0 in the hole, where the mask is 1; x / 1 outside.
    const outside = graph.node('Sub', [graph.floats([1]), hole], 'float32');
    const divided = graph.node('Div', [graph.node('Mul', [picture, outside], 'float32'), outside], 'float32');
    graph.output('filled', divided, [1, 3, 16, 16]);
    const inpainter = await openBytes(graph.serialize('inpainter'));
    const { image, hole: inside } = greyWithHole();
    await expect(inpainter.fill(image, inside)).rejects.toMatchObject({ code: 'NON_FINITE' });
    await inpainter.release();
  });
});
