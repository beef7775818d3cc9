/** `--json`: one line of JSON on standard output for every result, errors included. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { commands } from '../../../electron/cli/commands.ts';
import { errorCodes } from '../../../electron/contract/errors.ts';
import { useCommandFixture } from './command-fixture.ts';
import { runCommand } from './run-command.ts';

const fixture = useCommandFixture();
beforeAll(() => vi.stubEnv('PNPMIX_MODELS_DIR', join(fixture.root, 'models')));
afterAll(() => vi.unstubAllEnvs());

/** Runs a command with --json. @returns the exit code, and the output's parsed lines */
async function runJson(...args: string[]) {
  const { exitCode, out, err } = await runCommand([...args, '--json']);
  const lines = out.trimEnd().split('\n');
  return { exitCode, err, results: lines.map((line) => JSON.parse(line)) };
}

test('compose and its sweep report what they wrote, on which device, and how long it took', async () => {
  const out = join(fixture.root, 'json.png');
  const request = join(fixture.root, 'request.json');
  const base = ['compose', fixture.scenePath, '--pack', fixture.pack, '--device', 'cpu', '--out', out];
  const { exitCode, err, results } = await runJson(...base, '--request', request);
  expect([exitCode, err]).toEqual([0, '']);
  expect(results).toEqual([
    {
      picture: out,
      request,
      preparation: [],
      notices: [],
      width: 32,
      height: 32,
      frame: { left: 0, top: 0, width: 32, height: 32, modelWidth: 32, modelHeight: 32 },
      seconds: expect.any(Number),
      device: {
        device: 'cpu',
        name: expect.any(String),
        threads: expect.any(Number),
        passedOver: expect.any(Array),
      },
    },
  ]);
  const sweep = await runJson(...base, '--sweep', 'beta=0,1');
  expect(sweep.results).toMatchObject([{ picture: out, notices: [] }]);
});

test('models reports where each one is', async () => {
  const modelsFolder = join(fixture.root, 'models');
  expect(await runJson('models', 'where')).toMatchObject({
    exitCode: 0,
    results: [{ modelsFolder, chosenBy: 'PNPMIX_MODELS_DIR' }],
  });
  const { results } = await runJson('models', 'list');
  expect(results).toMatchObject([{ modelsFolder, packs: expect.any(Array) }]);
});

test.each([
  [['conjure'], 2, 'USAGE'],
  [['compose'], 2, 'USAGE'],
  [['demo', 'twice'], 2, 'USAGE'],
  [['serve', 'twice'], 2, 'USAGE'],
  [['serve', '--port', '99999'], 2, 'USAGE'],
  [['evaluate', '--scenes', '0'], 1, 'PARAMETER_INVALID'],
  [['models', 'fetch'], 2, 'USAGE'],
  [['models', 'pull', 'nothing'], 1, 'PACK_UNKNOWN'],
  [['compose', 'nowhere.json', '--out', 'x.png'], 1, 'SCENE_MISSING'],
  [['demo', '--pack', 'sd21'], 1, 'PACK_UNKNOWN'],
])('%j: the error is the line', async (args, exitCode, code) => {
  const result = await runJson(...args);
  expect(result).toEqual({
    exitCode,
    err: '',
    results: [{ error: { code, message: expect.any(String) } }],
  });
  expect(Object.keys(errorCodes)).toContain(code);
});

test('the list of all commands has each one’s description; each has a help text and accepts --json', async () => {
  for (const { name, summary, load } of commands) {
    const loaded = await load([]);
    expect(loaded).toMatchObject({ name, summary });
    const paths = 'commands' in loaded ? loaded.commands.map((command) => [name, command.name]) : [[name]];
    for (const path of paths) {
      const { exitCode, out } = await runCommand([...path, '--help']);
      expect(exitCode).toBe(0);
      expect(out).toContain(`Usage: npx pnpmix ${path.join(' ')} `);
      expect(out).toContain('--json');
    }
  }
});

test('package.json declares the command line, and its scripts call it', () => {
  const root = join(import.meta.dirname, '../../..');
  const { bin, scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  expect(existsSync(join(root, bin.pnpmix))).toBe(true);
  expect(readFileSync(join(root, bin.pnpmix), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
  for (const { name } of commands) expect(scripts[name]).toBe(`node ${bin.pnpmix} ${name}`);
});
