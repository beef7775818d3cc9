/** `compose` with masks in other programs' conventions: refused with the reason, or used with a note. */

import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeEach, describe, expect, test } from 'vitest';
import { normalisePicture } from '../../../electron/foundation/pictures/picture-operations.ts';
import { makeTinyScene, TINY_SIZE_PX, tinySceneFile, writeJson } from '../inference/tiny-pack.ts';
import { useCommandFixture } from './command-fixture.ts';
import { runCommand } from './run-command.ts';

const fixture = useCommandFixture();
const cases = join(import.meta.dirname, '../../cases/masks-in-other-conventions');
let folder: string;

beforeEach(async () => {
  folder = join(fixture.root, 'masks');
  rmSync(folder, { recursive: true, force: true });
  await makeTinyScene(folder);
});

/** The case's mask, at the scene's size. */
async function composeWith(name: string) {
  await sharp(readFileSync(join(cases, name)))
    .resize(TINY_SIZE_PX, TINY_SIZE_PX, { kernel: 'nearest' })
    .toFile(join(folder, 'cat-mask.png'));
  const scene = join(folder, 'scene.json');
  return runCommand([
    ...['compose', scene, '--pack', fixture.pack, '--device', 'cpu', '--out', join(folder, 'out.png')],
  ]);
}

describe('on the command line', () => {
  test.each([
    ['alpha-black.png', 'The shape is in the transparency'],
    ['zero-one.png', 'The brightest value is 1 of 255'],
    ['red.png', 'The shape is in colour'],
  ])('%s is refused: %s', async (name, found) => {
    const { exitCode, err } = await composeWith(name);
    expect(exitCode).toBe(1);
    expect(err).toMatch(
      /^error MASK_EMPTY: The mask of the concept “my cat” \(cat-mask\.png\) covers nothing\. /,
    );
    expect(err).toContain(found);
    expect(err).toContain('Save ');
  });

  test('a photo with a hole is used with a note, an ordinary mask without one', async () => {
    const photo = await composeWith('comfy.png');
    expect(photo).toMatchObject({ exitCode: 0, err: '' });
    expect(photo.out).toMatch(
      /note: The mask of .*“my cat” .* is a picture in colour; its lightness is the mask, and /,
    );
    expect(photo.out).not.toMatch(/note: .*"my dog"/);
  });
});

test('a concept picture’s subject mask is examined in the same way', async () => {
  await sharp(readFileSync(join(cases, 'red.png')))
    .resize(TINY_SIZE_PX, TINY_SIZE_PX, { kernel: 'nearest' })
    .toFile(join(folder, 'subject.png'));
  const scene = tinySceneFile();
  const concepts = scene.concepts.map((concept) => ({ ...concept, subject: 'subject.png' }));
  const path = join(folder, 'scene.json');
  const args = ['compose', path, '--pack', fixture.pack, '--device', 'cpu', '--out', join(folder, 'out.png')];
  writeJson(path, { ...scene, concepts, parameters: { ...scene.parameters, conceptImageMode: 'subject' } });
  expect((await runCommand(args)).err).toMatch(
    /MASK_EMPTY: The subject mask of .* covers nothing\. The shape is in colour/,
  );
  // An unused mask is not examined.
  writeJson(path, { ...scene, concepts });
  expect((await runCommand(args)).exitCode).toBe(0);
});

describe('in the editor, which imports masks with the same code', () => {
  const size = { width: 64, height: 64, mode: 'cover' as const };
  test.each([
    ['alpha-black.png', 'mask-in-transparency'],
    ['zero-one.png', 'mask-too-dark'],
    ['red.png', 'mask-too-dark'],
    ['comfy.png', 'mask-in-colour'],
  ])('%s gets the note %s', async (name, note) => {
    const bytes = readFileSync(join(cases, name));
    for (const fit of [null, size]) {
      expect((await normalisePicture(bytes, name, 'mask', fit)).notes).toContain(note);
    }
  });

  test('ordinary and empty masks get none', async () => {
    for (const background of ['#000', '#fff']) {
      const bytes = await sharp({ create: { width: 8, height: 8, channels: 3, background } })
        .png()
        .toBuffer();
      for (const fit of [null, size]) {
        expect((await normalisePicture(bytes, 'mask.png', 'mask', fit)).notes).toEqual([]);
      }
    }
  });
});
