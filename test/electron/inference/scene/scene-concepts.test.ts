/** Reading concepts from their files. */
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { maskSize } from '../../../../electron/contract/frame.ts';
import { firstPlacement } from '../../../../electron/contract/placement.ts';
import type { RenderRequest } from '../../../../electron/contract/render-request.ts';
import { readConcept } from '../../../../electron/inference/scene/scene-concepts.ts';

const background = { width: 640, height: 480 };
/** Six megapixels: its masks are smaller. */
const image = { width: 3000, height: 2000 };

const picture = (size: { width: number; height: number }, colour: string) =>
  sharp({ create: { ...size, channels: 3, background: colour } })
    .png()
    .toBuffer();

/** A subject mask whose middle half is inside. */
async function subjectMask({ width, height }: { width: number; height: number }): Promise<Buffer> {
  const middle = { width: Math.round(width / 2), height: Math.round(height / 2) };
  return sharp(await picture({ width, height }, '#000000'))
    .composite([{ input: await picture(middle, '#ffffff') }])
    .png()
    .toBuffer();
}

const concept = (mode: 'replace' | 'place'): RenderRequest['scene']['concepts'][number] => ({
  name: 'cat',
  prompt: 'a cat',
  image: 'a'.repeat(64),
  subject: 'b'.repeat(64),
  mode,
  mask: mode === 'replace' ? 'c'.repeat(64) : null,
  front: null,
  placement: mode === 'place' ? firstPlacement(image, background) : null,
  strength: null,
  alpha: 0.15,
  order: 0,
});

async function read(mode: 'replace' | 'place', subjectSize: { width: number; height: number }) {
  const files: Record<string, Buffer> = {
    a: await picture(image, '#3366cc'),
    b: await subjectMask(subjectSize),
    c: await subjectMask(background),
  };
  return readConcept(
    concept(mode),
    background,
    true,
    async (id) => ({ name: `${id[0]}.png`, bytes: files[id[0]!]! }),
    [],
  );
}

describe.each(['replace', 'place'] as const)('a subject mask of a concept that is to %s', (mode) => {
  test('may have the mask size of a picture above four megapixels', async () => {
    const size = maskSize(image);
    expect(size.width).toBeLessThan(image.width);
    const concept = await read(mode, size);
    if (concept.mode === 'replace') {
      expect(concept.subject!.dims).toEqual([image.height, image.width]);
      const inside = concept.subject!.data.filter((value) => value >= 0.5).length;
      expect(inside / (image.width * image.height)).toBeCloseTo(0.25, 2);
    } else {
      expect(concept.cutOut).toMatchObject(image);
    }
  });

  test('is refused with another aspect ratio', async () => {
    await expect(read(mode, { width: 500, height: 500 })).rejects.toMatchObject({ code: 'SIZE_MISMATCH' });
  });
});
