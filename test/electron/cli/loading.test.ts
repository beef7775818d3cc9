/**
 * What a command loads: ONNX Runtime is only loaded in the engine process, except for measurements, which need its
 * tensors.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';

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
    await commands.find(({ name }) => name === ${JSON.stringify(name)}).load();
    console.log(JSON.stringify(process.report.getReport().sharedObjects));`;
  const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
  });
  const libraries = JSON.parse(printed) as readonly string[];
  expect(libraries.some((path) => path.includes('onnxruntime_binding'))).toBe(isLoaded);
});
