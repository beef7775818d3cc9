/** Scenes with full-size backgrounds for tests of their results: pictures, masks and concepts from a few numbers. */
import { PAPER_PARAMETERS } from '../../../../electron/contract/parameters.ts';
import type { Placement } from '../../../../electron/contract/placement.ts';
import type { RenderRequest } from '../../../../electron/contract/render-request.ts';
import type { Engine, RenderOutcome } from '../../../../electron/inference/engine/engine.ts';
import { encodeMaskPng, encodePng } from '../../../../electron/inference/images/images.ts';
import type { RgbImage } from '../../../../electron/pipeline/processors/image.ts';
import { tensor } from '../../../../electron/pipeline/tensor/tensor.ts';
import { assetIdOf } from '../../../../electron/projects/asset-id.ts';

const assets = new Map<string, Uint8Array>();

/** The files made so far, as the engine reads them. */
export async function readAsset(id: string): Promise<{ name: string; bytes: Uint8Array }> {
  return { name: id.slice(0, 6), bytes: assets.get(id)! };
}

export interface Size {
  readonly width: number;
  readonly height: number;
}
export interface Box extends Size {
  readonly left: number;
  readonly top: number;
}

/** Adds a file. @returns its id */
export function put(bytes: Uint8Array): string {
  const id = assetIdOf(bytes);
  assets.set(id, bytes);
  return id;
}

/** Smooth colours with a little texture, so that resampling matters. */
export function scenery({ width, height }: Size, seed: number): RgbImage {
  const data = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = 3 * (y * width + x);
      data[at] = (x * 3 + seed * 17) % 256;
      data[at + 1] = (y * 5 + seed * 29) % 256;
      data[at + 2] = ((x ^ y) * 7 + seed) % 256;
    }
  }
  return { width, height, data };
}

export const picture = async (size: Size, seed: number) => put(await encodePng(scenery(size, seed)));
/** White inside a box. */
export const maskOf = async ({ width, height }: Size, box: Box) =>
  put(
    await encodeMaskPng(
      tensor(
        Float32Array.from({ length: width * height }, (_, at) => {
          const [x, y] = [at % width, Math.floor(at / width)];
          const isInside =
            x >= box.left && x < box.left + box.width && y >= box.top && y < box.top + box.height;
          return isInside ? 1 : 0;
        }),
        [height, width],
      ),
    ),
  );

export type RequestConcept = RenderRequest['scene']['concepts'][number];

export async function replacing(
  background: Size,
  box: Box,
  strength: number | null = 1,
): Promise<RequestConcept> {
  return {
    name: 'thing',
    prompt: 'a thing',
    image: await picture({ width: 40, height: 30 }, 3),
    subject: null,
    mode: 'replace',
    mask: await maskOf(background, box),
    front: null,
    placement: null,
    strength,
    alpha: 0.15,
    order: 0,
  };
}

export async function placing(placement: Placement, strength: number | null): Promise<RequestConcept> {
  const image = { width: 24, height: 18 };
  return {
    name: 'cup',
    prompt: 'a cup',
    image: await picture(image, 5),
    subject: await maskOf(image, { left: 2, top: 2, width: 20, height: 14 }),
    mode: 'place',
    mask: null,
    front: null,
    placement,
    strength,
    alpha: 0.15,
    order: 1,
  };
}

export async function render(
  engine: Engine,
  background: Size,
  concepts: RequestConcept[],
  change: Partial<RenderRequest['parameters']> = {},
  frame: RenderRequest['scene']['frame'] = 'auto',
  seed = 1,
): Promise<RenderOutcome> {
  const request: RenderRequest = {
    version: 2,
    scene: {
      prompt: 'a scene',
      inpaintPrompt: '',
      background: await picture(background, seed),
      inpainted: await picture(background, seed + 1),
      frame,
      concepts,
    },
    parameters: { ...PAPER_PARAMETERS, steps: 2, swapGuidanceScale: 1, blendEdgePx: 2, ...change },
    pack: engine.pack.identity,
  };
  return engine.render(request, readAsset);
}
