/** Scenes that cannot turn out as intended are recognized from the starter pack's own scenes and a photograph. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it, test } from 'vitest';
import type { DocumentConcept, SceneDocument } from '../../../electron/contract/scene-document.ts';
import { type MaskPlane, maskPlane } from '../../../renderer/editor/mask-plane.ts';
import { looksLikePhotograph, type PictureSample } from '../../../renderer/editor/picture-facts.ts';
import { renderWarnings, type SceneFacts } from '../../../renderer/editor/render-warnings.ts';

const SCENES = join('native-models', 'packs', 'starter', 'scenes');
const SIZE = { width: 256, height: 256 };

async function sample(file: string): Promise<PictureSample> {
  const { data, info } = await sharp(readFileSync(file))
    .flatten({ background: '#ffffff' })
    .resize(128, 128, { fit: 'inside' })
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: new Uint8ClampedArray(data) };
}

async function mask(file: string): Promise<MaskPlane> {
  const { data, info } = await sharp(readFileSync(file))
    .greyscale()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return maskPlane(info.width, info.height, new Uint8ClampedArray(data));
}

function moved({ width, height, data }: MaskPlane, right: number, down: number): MaskPlane {
  const made = maskPlane(width, height);
  for (let y = Math.max(down, 0); y < Math.min(height + down, height); y++) {
    for (let x = Math.max(right, 0); x < Math.min(width + right, width); x++) {
      made.data[y * width + x] = data[(y - down) * width + x - right]!;
    }
  }
  return made;
}

function disc(x: number, y: number, radius: number): MaskPlane {
  const made = maskPlane(SIZE.width, SIZE.height);
  for (let at = 0; at < made.data.length; at++) {
    if (Math.hypot((at % SIZE.width) - x, Math.floor(at / SIZE.width) - y) <= radius) made.data[at] = 255;
  }
  return made;
}

const concept = (id: string, changes: Partial<DocumentConcept> = {}) =>
  ({
    id,
    image: `image of ${id}`,
    mask: `mask of ${id}`,
    mode: 'replace',
    visible: true,
    placement: null,
    ...changes,
  }) as DocumentConcept;

const scene = (...concepts: DocumentConcept[]) =>
  ({ background: 'background', concepts }) as unknown as SceneDocument;

/** A picture of one colour with an orange object where a mask is. */
function withObject(object: MaskPlane | null): PictureSample {
  const data = new Uint8ClampedArray(4 * SIZE.width * SIZE.height);
  for (let at = 0; at < SIZE.width * SIZE.height; at++) {
    data.set(object !== null && object.data[at]! > 0 ? [230, 120, 30, 255] : [120, 180, 230, 255], 4 * at);
  }
  return { ...SIZE, data };
}

const facts = (changes: Partial<SceneFacts> = {}): SceneFacts => ({
  packDrawsDrawings: true,
  photographs: new Set(),
  background: withObject(disc(128, 128, 40)),
  size: SIZE,
  frame: { left: 0, top: 0, ...SIZE, modelWidth: 256, modelHeight: 256 },
  downscale: 8,
  masks: new Map([['a', disc(128, 128, 40)]]),
  imageSizes: new Map(),
  ...changes,
});

describe('photographs', () => {
  test('are told from the drawings of the starter pack', async () => {
    // The photographs among them are WebP files.
    const drawings = globSync(join(SCENES, '*', '{background,concept-*}.png'));
    expect(drawings.length).toBeGreaterThan(15);
    for (const file of drawings) expect(looksLikePhotograph(await sample(file)), file).toBe(false);
    for (const file of globSync(join('test', 'photos', '*.jpg'))) {
      expect(looksLikePhotograph(await sample(file)), file).toBe(true);
    }
  });

  it('cannot be replaced by a pack of drawings, but by others', () => {
    const photographs = new Set(['background']);
    expect(renderWarnings(scene(concept('a')), facts({ photographs }))).toEqual([
      { kind: 'photograph', conceptId: 'a' },
    ]);
    expect(renderWarnings(scene(concept('a')), facts({ photographs, packDrawsDrawings: false }))).toEqual([]);
    // Said before anybody paints a mask.
    const unmasked = concept('a', { mask: null });
    const before = { masks: new Map(), background: undefined };
    expect(renderWarnings(scene(unmasked), facts({ ...before, photographs }))[0]?.kind).toBe('photograph');
    expect(renderWarnings(scene(unmasked), facts(before))).toEqual([]);
  });
});

describe('the object under a mask', () => {
  const masks = globSync(join(SCENES, '*', 'mask-*.png'));
  it('is never missed in the starter pack’s scenes, and mostly where their masks are moved aside', async () => {
    const movedKinds: (string | undefined)[] = [];
    for (const file of masks) {
      const background = await sample(file.replace(/mask-\d\.png$/, 'background.png'));
      const plane = await mask(file);
      const kindOf = (one: MaskPlane) =>
        renderWarnings(scene(concept('a')), facts({ background, masks: new Map([['a', one]]) }))[0]?.kind;
      expect(kindOf(plane), file).toBeUndefined();
      movedKinds.push(
        kindOf(moved(plane, 0, -90)),
        kindOf(moved(plane, 80, 0)),
        kindOf(moved(plane, 40, 40)),
      );
    }
    // The others overlap with another object of their scene, or with a part of their own.
    const noticed = movedKinds.filter((kind) => kind === 'noObject').length;
    expect(noticed / movedKinds.length).toBeGreaterThan(0.6);
  });

  it('is missing on an even ground', () => {
    expect(renderWarnings(scene(concept('a')), facts({ background: withObject(null) }))).toEqual([
      { kind: 'noObject', conceptId: 'a' },
    ]);
  });
});

describe('what will not be seen', () => {
  const both = new Map([
    ['a', disc(128, 128, 40)],
    ['b', disc(128, 128, 45)],
  ]);
  it('is behind others, unless they are excluded', () => {
    expect(renderWarnings(scene(concept('a'), concept('b')), facts({ masks: both }))).toEqual([
      { kind: 'covered', conceptId: 'a' },
    ]);
    const hidden = concept('b', { visible: false });
    expect(renderWarnings(scene(concept('a'), hidden), facts({ masks: both }))).toEqual([]);
  });

  it('is outside of the frame, or too small in it', () => {
    const frame = { left: 0, top: 0, width: 64, height: 64, modelWidth: 256, modelHeight: 256 };
    expect(renderWarnings(scene(concept('a')), facts({ frame }))[0]?.kind).toBe('outside');
    const small = new Map([['a', disc(128, 128, 5)]]);
    expect(renderWarnings(scene(concept('a')), facts({ masks: small }))[0]?.kind).toBe('tiny');
  });

  it('is placed outside of the picture or of the frame, or without opacity', () => {
    const placement = {
      x: 128,
      y: 128,
      scale: 1,
      rotationDeg: 0,
      flipX: false,
      flipY: false,
      opacity: 1,
      softEdgePx: 0,
      shadow: null,
    };
    const imageSizes = new Map([['a', { width: 50, height: 50 }]]);
    const kindOf = (changes: object, others: Partial<SceneFacts> = {}) =>
      renderWarnings(
        scene(concept('a', { mode: 'place', placement: { ...placement, ...changes } })),
        facts({ imageSizes, ...others }),
      )[0]?.kind;
    expect(kindOf({})).toBeUndefined();
    expect(kindOf({ x: -30 })).toBe('outside');
    expect(kindOf({ opacity: 0 })).toBe('transparent');
    const frame = { left: 0, top: 64, width: 128, height: 128, modelWidth: 256, modelHeight: 256 };
    expect(kindOf({ x: 152 }, { frame })).toBeUndefined();
    expect(kindOf({ x: 153 }, { frame })).toBe('unframed');
    expect(kindOf({ x: 64, y: 220 }, { frame })).toBe('unframed');
    expect(kindOf({ x: -30 }, { frame })).toBe('outside');
  });
});
