/** The folder of `--trace`: what is not the program's own stays. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { openTraceFolder } from '../../../electron/cli/trace-folder.ts';
import { tensor } from '../../../electron/pipeline/tensor/tensor.ts';

let parent: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'trace-folder-'));
  onTestFinished(() => rmSync(parent, { recursive: true }));
});

test('a file of its name is refused and stays', async () => {
  const path = join(parent, 'thesis.doc');
  writeFileSync(path, 'my thesis');
  await expect(openTraceFolder(path)).rejects.toMatchObject({ code: 'OUTPUT_UNWRITABLE' });
  expect(readFileSync(path, 'utf8')).toBe('my thesis');
  expect(readdirSync(parent)).toEqual(['thesis.doc']);
});

test('a file that was put into it meanwhile stays; an empty folder is replaced', async () => {
  const target = join(parent, 'trace');
  mkdirSync(target);
  const used = await openTraceFolder(target);
  used.write('latents', tensor(new Float32Array([1]), [1]));
  writeFileSync(join(target, 'notes.txt'), 'mine');
  await expect(used.finish()).rejects.toMatchObject({ code: 'OUTPUT_UNWRITABLE' });
  await used.discard();
  expect(readdirSync(target)).toEqual(['notes.txt']);
  rmSync(join(target, 'notes.txt'));
  const empty = await openTraceFolder(target);
  empty.write('latents', tensor(new Float32Array([1]), [1]));
  await empty.finish();
  expect(readdirSync(target)).toEqual(['latents.npy']);
});
