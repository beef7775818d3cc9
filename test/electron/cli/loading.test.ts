/**
 * What a command loads: ONNX Runtime is only loaded in the engine process, except for measurements, which need its
 * tensors. An engine that was started ahead and is not needed keeps no command running.
 */
import { execFileSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../inference/tiny-pack.ts';

const commandsFile = pathToFileURL(join(import.meta.dirname, '../../../electron/cli/commands.ts')).href;

test.each([
  ['start', false],
  ['serve', false],
  ['models', false],
  ['demo', false],
  ['compose', false],
  ['evaluate', true],
])('%s loads ONNX Runtime in its own process: %s', (name, isLoaded) => {
  const script = `
    const { commands } = await import(${JSON.stringify(commandsFile)});
    await commands.find(({ name }) => name === ${JSON.stringify(name)}).load([]);
    console.log(JSON.stringify(process.report.getReport().sharedObjects));`;
  const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
  });
  const libraries = JSON.parse(printed) as readonly string[];
  expect(libraries.some((path) => path.includes('onnxruntime_binding'))).toBe(isLoaded);
});

test('what Node has compiled is kept in the cache folder for the next start', async () => {
  const cache = await temporaryFolder();
  const file = join(import.meta.dirname, '../../../electron/cli/main.ts');
  const environment = { ...process.env, PNPMIX_CACHE_DIR: cache, NODE_COMPILE_CACHE: '' };
  const help = execFileSync(process.execPath, [file, 'help'], { encoding: 'utf8', env: environment });
  expect(help).toContain('demo');
  const [ofThisNode] = await readdir(join(cache, 'code'));
  expect((await readdir(join(cache, 'code', ofThisNode!))).length).toBeGreaterThan(5);
});
