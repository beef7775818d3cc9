/** `compose` with frames and placed concepts, in scene files and on the command line. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, expect, test } from 'vitest';
import { readRenderRequest } from '../../../electron/projects/export/render-metadata.ts';
import { makeTinyScene, tinySceneFile, writeManifest, writePicture } from '../inference/tiny-pack.ts';
import { useCommandFixture } from './command-fixture.ts';
import { runCommand } from './run-command.ts';

const fixture = useCommandFixture();
let out: string;

beforeAll(() => {
  writeManifest(fixture.pack, { textToImage: { steps: 2, guidance: 2 } });
  out = join(fixture.root, 'out', 'picture.png');
});

const placed = {
  name: 'my cat',
  prompt: 'a cat',
  image: 'cat.png',
  mode: 'place',
  placement: { x: 60, y: 40, scale: 0.8, rotationDeg: 20 },
};

/** A scene of 100 x 70 pixels with one placed concept. */
async function scene(changes: Record<string, unknown> = {}): Promise<string> {
  const folder = join(fixture.root, 'placed');
  const { inpainted: _, ...file } = tinySceneFile();
  const path = await makeTinyScene(folder, { ...file, concepts: [placed], ...changes });
  await writePicture(join(folder, 'background.png'), { size: [100, 70], rectangle: [10, 10, 30, 30] });
  return path;
}

const compose = (path: string, ...args: string[]) =>
  runCommand(['compose', path, '--out', out, '--pack', fixture.pack, '--device', 'cpu', ...args]);

test('a placed concept in a picture of any size; the output names the frame’s input and output sizes', async () => {
  const { exitCode, out: printed, err } = await compose(await scene(), '--json', '--strength', '0.5');
  expect([exitCode, err]).toEqual([0, expect.anything()]);
  const result = JSON.parse(printed.trim().split('\n').at(-1)!);
  expect(result).toMatchObject({ width: 100, height: 70, frame: { modelWidth: expect.any(Number) } });
  const { width, height } = await sharp(readFileSync(out)).metadata();
  expect([width, height]).toEqual([100, 70]);
  const request = readRenderRequest(readFileSync(out), 'picture.png')!;
  expect(request.scene.frame).toBe('auto');
  expect(request.scene.concepts[0]).toMatchObject({
    mode: 'place',
    mask: null,
    strength: 0.5,
    placement: { x: 60, y: 40, scale: 0.8, rotationDeg: 20, flipX: false, opacity: 1, shadow: null },
  });
});

test('a frame on the command line overrides the scene file’s; one outside the picture is refused', async () => {
  const path = await scene({ frame: 'whole' });
  const drawn = await compose(path, '--json', '--frame', '20,6,64,64');
  expect(JSON.parse(drawn.out.trim().split('\n').at(-1)!).frame).toMatchObject({
    left: 20,
    top: 6,
    width: 64,
  });
  expect((await compose(path, '--frame', '60,6,64,64')).err).toMatch(
    /PARAMETER_INVALID: The frame extends beyond/,
  );
  expect((await compose(path, '--frame', ',,64,64')).err).toMatch(/USAGE: --frame takes auto, whole or LEFT/);
  expect((await compose(path, '--frame', 'all')).err).toMatch(/USAGE: --frame takes auto, whole or LEFT/);
});

test('a background made from a prompt, with only a placed concept, has nothing removed', async () => {
  const placement = { x: 16, y: 16, scale: 0.5 };
  const path = await scene({ background: { seed: 3 }, concepts: [{ ...placed, placement }] });
  const result = await compose(path);
  expect(result).toMatchObject({ exitCode: 0, err: '' });
  const made = JSON.parse(readFileSync(join(fixture.root, 'out', 'picture-scene', 'scene.json'), 'utf8'));
  expect(made.inpainted).toBeUndefined();
  expect(made.concepts[0].mask).toBeUndefined();
  const asking = await scene({
    background: { seed: 3 },
    inpainted: {},
    concepts: [{ ...placed, placement }],
  });
  expect((await compose(asking)).err).toMatch(/SCENE_INVALID: .*no concept replaces anything/);
});

test.each([
  ['a placement without the mode', { ...placed, mode: undefined }],
  ['the mode without a placement', { ...placed, placement: undefined }],
  ['a mask besides', { ...placed, mask: 'cat-mask.png' }],
  ['a scale of nothing', { ...placed, placement: { x: 1, y: 1, scale: 0 } }],
])('%s is refused', async (_, concept) => {
  const { err, exitCode } = await compose(await scene({ concepts: [concept] }));
  expect(exitCode).toBe(1);
  expect(err).toMatch(/^error SCENE_INVALID: /);
});
