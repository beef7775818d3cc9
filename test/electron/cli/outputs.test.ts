/** No command overwrites its inputs, nor one result with another: refused before anything is rendered. */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { assertOutputsApart } from '../../../electron/cli/output-clash.ts';
import { makeTinyScene } from '../inference/tiny-pack.ts';
import { useCommandFixture } from './command-fixture.ts';
import { runCommand } from './run-command.ts';

const fixture = useCommandFixture();
let folder: string;
let scene: string;

beforeEach(async () => {
  folder = join(fixture.root, 'work');
  rmSync(folder, { recursive: true, force: true });
  scene = await makeTinyScene(folder);
});

const inFolder = (name: string) => join(folder, name);
/** All files with their bytes. */
const contents = () =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => [relative(folder, path), readFileSync(path, 'base64')]);

/** The models are missing, so that any later step would fail with PACK_UNKNOWN. */
async function expectRefused(args: readonly string[], exitCode: number, ...named: string[]) {
  const before = contents();
  const result = await runCommand(['compose', scene, '--pack', 'nowhere', ...args]);
  expect([args, result.exitCode, result.out]).toEqual([args, exitCode, '']);
  for (const text of named) expect(result.err).toContain(text);
  expect(contents()).toEqual(before);
}

describe('an input as an output is refused:', () => {
  test('the scene file, whose extension is no picture’s', async () => {
    await expectRefused(['--out', scene], 2, 'USAGE', '--out needs a name that ends in .png');
    await expectRefused(
      ['--out', inFolder('a.png'), '--request', inFolder('cat.png')],
      2,
      '--request needs a name that ends in .json',
    );
    await expectRefused(
      ['--out', inFolder('a.png'), '--request', scene],
      1,
      'OUTPUT_IS_INPUT',
      '--request would overwrite the scene',
    );
  });

  test('each picture of the scene', async () => {
    for (const name of ['background.png', 'inpainted.png', 'cat.png', 'dog-mask.png']) {
      await expectRefused(
        ['--out', inFolder(name)],
        1,
        'OUTPUT_IS_INPUT',
        '--out would overwrite a picture',
        name,
      );
    }
  });

  test('under another spelling, a link, or a second name', async () => {
    mkdirSync(inFolder('sub'));
    symlinkSync(inFolder('background.png'), inFolder('link.png'));
    symlinkSync(folder, inFolder('sub/up'));
    linkSync(inFolder('cat.png'), inFolder('second-name.png'));
    for (const spelling of [
      `${folder}/./background.png`,
      `${folder}/sub/../background.png`,
      relative(process.cwd(), inFolder('background.png')),
      inFolder('link.png'),
      inFolder('sub/up/background.png'),
      inFolder('second-name.png'),
    ]) {
      await expectRefused(['--out', spelling], 1, 'OUTPUT_IS_INPUT');
    }
  });

  test('the picture used in place of a scene, and the project with its pictures', async () => {
    const out = inFolder('out.png');
    const base = ['--pack', fixture.pack, '--device', 'cpu'];
    expect(await runCommand(['compose', scene, '--out', out, ...base])).toMatchObject({ exitCode: 0 });
    const before = readFileSync(out);
    expect(await runCommand(['compose', out, '--out', out, ...base])).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining('--out would overwrite the scene'),
    });
    expect(readFileSync(out)).toEqual(before);
    expect(await runCommand(['compose', out, '--out', inFolder('dog.png'), ...base])).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining('OUTPUT_IS_INPUT'),
    });
  });

  test('a file of the model pack', async () => {
    const request = join(fixture.pack, 'pack.json');
    const args = ['compose', scene, '--pack', fixture.pack, '--out', inFolder('a.png'), '--request', request];
    const before = readFileSync(request);
    expect(await runCommand(args)).toMatchObject({ exitCode: 1, err: expect.stringContaining('model pack') });
    expect(await runCommand(['evaluate', '--pack', fixture.pack, '--out', request])).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining('OUTPUT_IS_INPUT'),
    });
    expect(readFileSync(request)).toEqual(before);
  });

  test('but a result of an earlier run is overwritten', async () => {
    const out = inFolder('out.png');
    const args = ['compose', scene, '--pack', fixture.pack, '--device', 'cpu', '--out', out];
    for (let run = 0; run < 2; run++) expect((await runCommand(args)).exitCode).toBe(0);
  });
});

describe('two outputs with the same path', () => {
  test('are refused, existing or not, in any spelling', async () => {
    const outputs = (a: string, b: string) =>
      assertOutputsApart(
        [
          { what: '--out', path: inFolder(a) },
          { what: '--request', path: inFolder(b) },
        ],
        [],
      );
    writeFileSync(inFolder('there.png'), '');
    linkSync(inFolder('there.png'), inFolder('same.png'));
    symlinkSync(folder, inFolder('here'));
    for (const [a, b] of [
      ['a.png', 'a.png'],
      ['a.png', './a.png'],
      ['a.png', 'A.PNG'],
      ['new/a.png', 'New/x/../a.png'],
      ['here/a.png', 'a.png'],
      ['there.png', 'same.png'],
      ['고양이.png'.normalize('NFC'), '고양이.png'.normalize('NFD')],
    ] as const) {
      await expect(outputs(a, b), `${a}, ${b}`).rejects.toMatchObject({ code: 'OUTPUT_IS_INPUT' });
    }
    for (const [a, b] of [
      ['a.png', 'b.png'],
      ['a.png', 'new/a.png'],
      ['new/a.png', 'other/a.png'],
      ['there.png', 'a.png'],
    ] as const) {
      await expect(outputs(a, b)).resolves.toBeUndefined();
    }
  });

  test('are also refused inside the trace folder, which is moved into place as a whole', async () => {
    for (const trace of ['trace', 'there']) {
      mkdirSync(inFolder('there'), { recursive: true });
      await expectRefused(
        ['--out', inFolder(`${trace}/sub/a.png`), '--trace', inFolder(trace)],
        1,
        'OUTPUT_IS_INPUT',
        'would be inside of --trace',
      );
    }
  });
});

describe('an output that is no file is refused:', () => {
  test('a folder', async () => {
    mkdirSync(inFolder('folder.png'));
    mkdirSync(inFolder('folder.json'));
    await expectRefused(['--out', inFolder('folder.png')], 1, 'OUTPUT_UNWRITABLE', 'is a folder');
    await expectRefused(
      ['--out', inFolder('a.png'), '--request', inFolder('folder.json')],
      1,
      'OUTPUT_UNWRITABLE',
      'is a folder',
    );
  });

  test.skipIf(!existsSync('/dev/null'))('a device', async () => {
    symlinkSync('/dev/null', inFolder('null.png'));
    await expectRefused(['--out', inFolder('null.png')], 1, 'OUTPUT_UNWRITABLE', 'is not a file');
  });
});

test('leftovers of a killed run are removed by the next one, files of a running one are not', async () => {
  const ended = spawnSync(process.execPath, ['--version']).pid;
  const stale = [`out.png.${ended}-0a1b2c3d.tmp`, `request.json.${ended}-0a1b2c3d.tmp`];
  const others = [`out.png.${process.pid}-0a1b2c3d.tmp`, `mine.png.${ended}-0a1b2c3d.tmp`, 'out.png.tmp'];
  for (const name of [...stale, ...others]) writeFileSync(inFolder(name), 'half');
  mkdirSync(inFolder(`trace.${ended}-0a1b2c3d.tmp/noise`), { recursive: true });
  const { exitCode } = await runCommand([
    ...['compose', scene, '--pack', fixture.pack, '--device', 'cpu', '--out', inFolder('out.png')],
    ...['--request', inFolder('request.json'), '--trace', inFolder('trace')],
  ]);
  expect(exitCode).toBe(0);
  const left = readdirSync(folder).filter((name) => name.includes('.tmp'));
  expect(left.sort()).toEqual(others.sort());
});
