/** `compose` as a user runs it: what it writes, what it refuses, and that no partial files are left. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { beforeEach, describe, expect, test } from 'vitest';
import { openSessionCount } from '../../../electron/inference/runtime/sessions.ts';
import {
  familyTensors,
  writeModelFile,
  writeWholeVocabulary,
} from '../../native-models/graph/single-file/single-file-models.ts';
import { runWithPack, useCommandFixture } from './command-fixture.ts';
import { runCommand } from './run-command.ts';

const fixture = useCommandFixture();
let out: string;

beforeEach(() => {
  out = join(fixture.root, 'out', 'result.png');
  rmSync(join(fixture.root, 'out'), { recursive: true, force: true });
});

const compose = (...args: string[]) =>
  runWithPack(fixture, 'compose', fixture.scenePath, '--out', out, ...args);
const written = () => readdirSync(join(fixture.root, 'out')).sort();
const requestOf = (path: string) => JSON.parse(readFileSync(path, 'utf8'));

describe('a checkpoint of one file', () => {
  test('composes from where it is, with a VAE and a LoRA, and the request names them', async () => {
    const file = join(fixture.root, 'photon.safetensors');
    writeWholeVocabulary(file);
    const args = ['compose', fixture.scenePath, '--device', 'cpu', '--out', out];
    const request = join(fixture.root, 'out', 'request.json');
    const weights = createHash('sha256').update(readFileSync(file)).digest('hex');
    const [vae, lora] = ['vae', 'style'].map((name) => join(fixture.root, `${name}.safetensors`)) as [
      string,
      string,
    ];
    const { tensors } = familyTensors('sd1');
    const isVae = (name: string) => name.startsWith('first_stage_model.');
    writeModelFile(vae, {
      tensors: Object.fromEntries(
        Object.entries(tensors)
          .filter(([name]) => isVae(name))
          .map(([name, shape]) => [name.replace('first_stage_model.', ''), shape]),
      ),
    });
    const module = 'lora_unet_mid_block_attentions_0_transformer_blocks_0_attn1_to_q';
    writeModelFile(lora, {
      tensors: { [`${module}.lora_down.weight`]: [2, 64], [`${module}.lora_up.weight`]: [64, 2] },
      metadata: { 'modelspec.trigger_phrase': 'sks cat' },
    });
    // The scene's model is used unless an option names another one.
    const scene = JSON.parse(readFileSync(fixture.scenePath, 'utf8'));
    const path = join(dirname(fixture.scenePath), 'with-model.json');
    writeFileSync(
      path,
      JSON.stringify({
        ...scene,
        // The checkpoint's own size is 512 x 512: every further concept and step takes seconds.
        concepts: scene.concepts.slice(0, 1),
        model: { checkpoint: file, loras: [{ file: lora, weight: 0.5 }] },
      }),
    );
    const changed = await runCommand([
      ...['compose', path, '--device', 'cpu', '--steps', '1', '--out', out, '--request', request],
      ...['--vae', vae, '--lora', `${lora}:0.8`],
    ]);
    expect([changed.exitCode, changed.err]).toEqual([0, '']);
    expect(changed.out).toContain('note: words for the LoRA style: sks cat');
    const hash = (of: string) => createHash('sha256').update(readFileSync(of)).digest('hex');
    expect(requestOf(request).pack).toEqual({
      id: 'photon',
      version: 'unversioned',
      weights,
      vae: { name: 'vae.safetensors', sha256: hash(vae) },
      loras: [{ name: 'style', sha256: hash(lora), weight: 0.8 }],
    });
    const both = await runCommand([...args, '--checkpoint', file, '--pack', 'starter']);
    expect(both.err).toContain('Give --pack or --checkpoint, not both.');
    const absent = await runCommand([...args, '--checkpoint', `${file}s`]);
    expect(absent.err).toContain('There is no checkpoint at');
  });
});

describe('a picture', () => {
  test('is written completely, with its path, time and device on the output', async () => {
    const { exitCode, out: printed, err } = await compose();
    expect([exitCode, err]).toEqual([0, '']);
    expect(await sharp(readFileSync(out)).metadata()).toMatchObject({
      format: 'png',
      width: 32,
      height: 32,
      channels: 3,
    });
    const [path, time, device] = printed.trimEnd().split('\n');
    expect(path).toBe(out);
    expect(time).toMatch(/^time: \d+\.\d s$/);
    expect(device).toMatch(/^device: cpu \(.+, \d+ threads\)$/);
    expect(written()).toEqual(['result.png']);
    expect(openSessionCount()).toBe(0);
  });

  test('has the same bytes again, and differs with another seed', async () => {
    await compose();
    const first = readFileSync(out);
    await compose();
    expect(readFileSync(out)).toEqual(first);
    await compose('--seed', '7');
    expect(readFileSync(out)).not.toEqual(first);
  });

  test('contains the request that reproduces it: options over the scene file over the pack', async () => {
    const request = join(fixture.root, 'out', 'request.json');
    const options = ['--alpha', '0.5', '--alpha', 'my dog=0', '--beta', '0.25', '--layers', 'decoder'];
    const { exitCode } = await compose('--request', request, ...options, '--attention-steps', '0..0.5');
    expect(exitCode).toBe(0);
    expect(requestOf(request)).toMatchObject({
      version: 2,
      scene: {
        concepts: [
          { name: 'my cat', alpha: 0.5 },
          { name: 'my dog', alpha: 0 },
        ],
      },
      parameters: {
        beta: 0.25,
        steps: 3,
        swapGuidanceScale: 1,
        attentionLayers: 'decoder',
        attentionSteps: { from: 0, to: 0.5 },
      },
      pack: { id: 'tiny', weights: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
  });

  test('accepts alpha = 0 and beta = 0, on the command line and in the scene file', async () => {
    const request = join(fixture.root, 'out', 'request.json');
    await compose('--request', request, '--alpha', '0', '--beta', '0');
    expect(requestOf(request).scene.concepts.map(({ alpha }: { alpha: number }) => alpha)).toEqual([0, 0]);
    expect(requestOf(request).parameters.beta).toBe(0);
  });
});

describe('a sweep', () => {
  test('makes one sheet with a picture for each combination', async () => {
    const { exitCode, out: printed } = await compose('--sweep', 'alpha=0,0.5,2', 'beta=0,1');
    expect(exitCode).toBe(0);
    const { width, height } = await sharp(readFileSync(out)).metadata();
    // Three pictures of 32 across and two down, with room for labels.
    expect(width).toBeGreaterThan(3 * 32);
    expect(height).toBeGreaterThan(2 * 32);
    expect(printed).toContain(out);
    expect(written()).toEqual(['result.png']);
    const { data, info } = await sharp(readFileSync(out)).raw().toBuffer({ resolveWithObject: true });
    const colours = new Set<number>();
    for (let at = 0; at < data.length; at += info.channels) colours.add(data.readUIntBE(at, 3));
    expect(colours.size).toBeGreaterThan(100);
  });

  test('is refused if it makes no sense', async () => {
    for (const args of [
      ['--sweep', 'alpha=0,x'],
      ['--sweep', 'colour=1,2'],
      ['--sweep', 'alpha=0,1', 'alpha=1,2'],
      ['--sweep', 'alpha=0', 'beta=0', 'steps=1'],
      ['--sweep', `seed=${Array.from({ length: 101 }, (_, seed) => seed).join(',')}`],
      ['--sweep', 'alpha=0,1', '--trace', join(fixture.root, 'trace')],
    ]) {
      expect(await compose(...args)).toMatchObject({ exitCode: 2, err: expect.stringContaining('USAGE') });
    }
    expect(existsSync(out)).toBe(false);
  });

  test('out of range is an error that names the parameter, and leaves no sheet', async () => {
    const { exitCode, err } = await compose('--sweep', 'beta=0.5,1.5');
    expect(exitCode).toBe(1);
    expect(err).toMatch(/^error PARAMETER_INVALID: --sweep beta takes a number from 0 to 1; not "1.5"\.$/m);
    expect(existsSync(out)).toBe(false);
  });
});

describe('usage', () => {
  test('every command has a help text', async () => {
    for (const command of ['demo', 'compose', 'evaluate']) {
      const { exitCode, out: help } = await runCommand([command, '--help']);
      expect(exitCode).toBe(0);
      expect(help).toContain(`Usage: npx pnpmix ${command} `);
      expect(help).toContain('--pack');
    }
    expect((await runCommand(['--help'])).out).toContain('compose');
  });

  test('invalid usage exits with 2 and says where to find help', async () => {
    for (const args of [
      ['compose'],
      ['compose', fixture.scenePath],
      ['compose', fixture.scenePath, 'another.json', '--out', out],
      ['compose', fixture.scenePath, '--out', out, '--beta', 'much'],
      ['compose', fixture.scenePath, '--out', out, '--layers', 'some'],
      ['compose', fixture.scenePath, '--out', out, '--ablation', 'f'],
      ['compose', fixture.scenePath, '--out', out, '--attention-steps', '0'],
      ['compose', fixture.scenePath, '--out', out, '--nonsense'],
      ['compose', fixture.scenePath, '--out', out, '--device', 'abacus'],
    ]) {
      const { exitCode, err } = await runCommand(args);
      expect([args, exitCode]).toEqual([args, 2]);
      expect(err).toMatch(/^error USAGE: /);
      expect(err).toContain('npx pnpmix compose --help');
    }
    expect(await runCommand(['conjure'])).toMatchObject({ exitCode: 2, out: '' });
    expect(await runCommand([])).toMatchObject({ exitCode: 2, out: '' });
  });

  test.each([
    [['--seed', '-1'], 1, '--seed takes a whole number from 0 to 4294967295; not "-1".'],
    [['--seed=-1'], 1, '--seed takes a whole number from 0 to 4294967295; not "-1".'],
    [['--seed', '1.5'], 1, '--seed takes a whole number from 0 to 4294967295; not "1.5".'],
    [['--seed', 'x'], 2, '--seed takes a whole number from 0 to 4294967295; not "x".'],
    [['--beta', '-.5'], 1, '--beta takes a number from 0 to 1; not "-.5".'],
    [['--beta', '0,5'], 2, '--beta takes a number from 0 to 1; not "0,5".'],
    [['--steps', '0'], 1, '--steps takes a whole number from 1 to 999; not "0".'],
    [['--alpha', '-0.1'], 1, '--alpha takes a number from 0 to 2; not "-0.1".'],
    [['--alpha', 'my cat=-1'], 1, '--alpha takes a number from 0 to 2; not "-1".'],
    [['--attention-steps', '-1..0.5'], 1, '--attention-steps takes a number from 0 to 1; not "-1".'],
    [['--attention-steps', '0.8..0.2'], 1, '--attention-steps runs backwards'],
    [['--sweep', 'seed=-1,2'], 1, '--sweep seed takes a whole number from 0 to 4294967295; not "-1".'],
    [['--stpes', '3'], 2, 'There is no option --stpes. Did you mean --steps?'],
    [['--background'], 2, 'There is no option --background. Did you mean --no-keep-background?'],
    [['-x'], 2, 'There is no option -x.'],
    [['--seed', '--steps', '3'], 2, '--seed needs a value.'],
    [['--seed'], 2, '--seed needs a value.'],
    [['--toString=1'], 2, 'USAGE'],
    [['--no-metadata=yes'], 2, '--no-metadata takes no value; not "yes".'],
  ])('%j is refused with the accepted values', async (args, exitCode, message) => {
    const result = await compose(...args);
    expect(result.err).toContain(message);
    expect(result.exitCode).toBe(exitCode);
    expect(existsSync(out)).toBe(false);
  });

  test('a similar command is suggested for a misspelt one', async () => {
    expect((await runCommand(['compse'])).err).toContain(
      'There is no command "compse". Did you mean "compose"?',
    );
    expect((await runCommand(['conjure'])).err).toContain('There is no command "conjure".\n');
  });

  test('--debug shows where an error arose', async () => {
    const { err } = await runCommand(['compose', 'missing.json', '--out', out, '--debug']);
    expect(err).toContain('ENOENT');
  });
});

describe('an output', () => {
  test('that cannot be written is detected before the models are loaded', async () => {
    const file = join(fixture.root, 'file');
    writeFileSync(file, '');
    const { exitCode, err } = await runCommand([
      'compose',
      fixture.scenePath,
      '--pack',
      'nowhere',
      '--out',
      join(file, 'result.png'),
    ]);
    expect([exitCode, err]).toEqual([1, expect.stringContaining('OUTPUT_UNWRITABLE')]);
    mkdirSync(out, { recursive: true });
    expect((await compose()).err).toContain('OUTPUT_UNWRITABLE');
  });

  test('that exists stays when the render fails or is cancelled', async () => {
    mkdirSync(join(fixture.root, 'out'));
    writeFileSync(out, 'an earlier result');
    expect((await compose('--alpha', 'my cat=3')).exitCode).toBe(1);
    expect((await cancelledAfter(4)).exitCode).toBe(130);
    expect(readFileSync(out, 'utf8')).toBe('an earlier result');
    expect(written()).toEqual(['result.png']);
  });
});

describe('cancelling', () => {
  test('before the start, or at any step: a code, nothing written, no process and no session left', async () => {
    const trace = join(fixture.root, 'out', 'trace');
    for (const reports of [0, 1, 2, 4, 8, 12]) {
      // In a separate process, and in this one.
      for (const args of [[], ['--trace', trace]]) {
        const { exitCode, err, out: printed } = await cancelledAfter(reports, ...args);
        expect([reports, args, exitCode, printed]).toEqual([reports, args, 130, '']);
        expect(err).toMatch(/^error CANCELLED: /);
        expect(written()).toEqual([]);
        expect(openSessionCount()).toBe(0);
      }
    }
  });
});

/** Cancels a render of many steps once a given number of steps has been reported. */
async function cancelledAfter(reports: number, ...args: string[]): ReturnType<typeof compose> {
  const controller = new AbortController();
  let heard = 0;
  const hear = () => {
    if (heard++ >= reports) controller.abort();
  };
  if (reports === 0) controller.abort();
  const base = ['compose', fixture.scenePath, '--pack', fixture.pack, '--device', 'cpu', '--out', out];
  // Another seed each time, so that no inversion is in the cache.
  const once = ['--seed', String(1000 + reports), '--steps', '999'];
  return runCommand([...base, ...once, ...args], controller.signal, hear);
}
