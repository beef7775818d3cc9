/** `evaluate` on a tiny pack: the report's shape, its limits, and what it refuses. The numbers mean nothing here. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { openSessionCount } from '../../../electron/inference/runtime/sessions.ts';
import { runCommand } from '../cli/run-command.ts';
import { folderWithCache } from '../inference/folder-with-cache.ts';
import { makeTinyPack, writeJson, writeManifest } from '../inference/tiny-pack.ts';
import { makeTinyEvaluationPack, tinyTruth } from './tiny-evaluation.ts';

const root = folderWithCache();
let pack: string;
let out: string;

beforeAll(async () => {
  pack = await makeTinyEvaluationPack(root());
  out = join(root(), 'out', 'evaluate.json');
});

const evaluate = (...args: string[]) =>
  runCommand(['evaluate', '--pack', pack, '--device', 'cpu', '--out', out, ...args]);
const report = () => JSON.parse(readFileSync(out, 'utf8'));

describe('the report', () => {
  test('contains the scenes, the autoencoder and every row of the ablation, in both splits', async () => {
    const result = await evaluate();
    expect(result).toMatchObject({ exitCode: 0, err: '' });
    const scores = {
      prompt: expect.any(Number),
      classFound: expect.any(Number),
      placeFound: expect.any(Number),
      certainty: expect.any(Number),
      concept: expect.any(Number),
      colourDistance: expect.any(Number),
      backgroundPsnr: expect.any(Number),
      colourLeakage: expect.any(Number),
    };
    const rows = { a: scores, b: scores, c: scores, d: scores, e: scores };
    expect(report()).toMatchObject({
      pack: { id: 'tiny', version: '1.0.0' },
      scenes: 4,
      heldOutScenes: 1,
      autoencoderPsnr: expect.any(Number),
      promptAccuracy: null,
      ablation: rows,
      ablationSeen: rows,
      ablationHeldOut: rows,
      untouched: scores,
    });
    for (const row of Object.values<Record<string, number>>(report().ablation)) {
      expect(row.concept).toBeGreaterThan(0);
      expect(row.concept).toBeLessThanOrEqual(1);
      expect(row.colourLeakage).toBeGreaterThanOrEqual(0);
      expect(row.colourLeakage).toBeLessThanOrEqual(1);
      expect([0, 0.25, 0.5, 0.75, 1]).toContain(row.prompt);
    }
    // The original background loses only what the autoencoder loses.
    expect(report().untouched.colourLeakage).toBe(0);
  });

  test('is printed too, with the paper’s figures next to the rows and whether (e) leads', async () => {
    const { out: printed } = await evaluate('--only', 'ablation');
    expect(printed).toContain('0.3823  0.8841  0.6542');
    expect(printed).toMatch(/concept: \(e\) (leads|does not lead|is level)/);
    expect(printed).toContain('Held-out drawings or patterns, 1 scenes');
    expect(printed.trimEnd().split('\n').at(-1)).toBe(out);
    expect(report().autoencoderPsnr).toBeNull();
  });

  test('contains the parameters beyond the paper, one at a time, also compared with the truth of composed scenes', async () => {
    const { exitCode, out: printed } = await evaluate('--only', 'parameters', '--scenes', '1');
    expect(exitCode).toBe(0);
    const { rows, scenes } = report().parameters;
    expect(scenes).toBe(1);
    for (const { ring, inside, identity, scores } of rows) {
      for (const value of [ring, inside, identity, scores.concept, scores.backgroundPsnr]) {
        expect(value).toBeGreaterThanOrEqual(0);
      }
    }
    const names = rows.map(({ name }: { name: string }) => name);
    expect(names).toEqual(
      expect.arrayContaining(['as in the paper', 'startAt 0.64', 'as the pack recommends']),
    );
    expect(printed).toMatch(/as in the paper +\d+\.\d\d +\d+\.\d\d/);
  });

  test('compares the pack’s recommendation with the paper, with the differences by scene', async () => {
    const { exitCode, out: printed } = await evaluate('--only', 'before-after', '--scenes', '2');
    expect(exitCode).toBe(0);
    const { rows, scenes } = report().beforeAfter;
    expect(scenes).toBe(2);
    expect(rows.map(({ name }: { name: string }) => name)).toEqual([
      'as in the paper',
      'regionGrowPx 2',
      'detail 1',
      'startAt 0.64',
      'as the pack recommends',
    ]);
    const [before, , , , after] = rows;
    expect(before.differences.ring).toEqual({ margin: 0, standardError: 0 });
    expect(after.differences.ring.margin).toBeCloseTo(after.ring - before.ring);
    expect(printed).toMatch(/as the pack recommends( +-?\d+\.\d+ ± \d+\.\d+){7}/);
  });

  test('contains how few steps are enough, for each solver', async () => {
    expect((await evaluate('--only', 'steps', '--scenes', '1')).exitCode).toBe(0);
    const { rows, times } = report().steps;
    // A row for the background's inversion in each step, three more for each concept; a re-tune has those that blend.
    const [ofAll, , ofFewer] = times;
    expect(ofAll.firstRows).toBeGreaterThan(2 * ofAll.retuneRows);
    expect(ofFewer.firstRows / ofAll.firstRows).toBeCloseTo(20 / 25, 6);
    expect(ofFewer.firstMs).toBeGreaterThan(0);
    const names = rows.map(({ name }: { name: string }) => name);
    expect(names).toEqual(expect.arrayContaining(['25, ddpm', '15, second order', '15, ddpm, startAt 0.64']));
    expect(new Set(rows.map(({ ring }: { ring: number }) => ring)).size).toBeGreaterThan(5);
  });

  test('says if scenes were omitted, and samples them evenly', async () => {
    const { exitCode, out: printed } = await evaluate('--scenes', '2', '--only', 'autoencoder');
    expect(exitCode).toBe(0);
    expect(printed).toContain('Only 2 of 4 scenes were used.');
    // drawing-1 and seen-2, of drawing-1, seen-1, seen-2, seen-3.
    expect(report()).toMatchObject({ scenes: 2, scenesAvailable: 4, heldOutScenes: 1, ablation: null });
  });
});

describe('refuses', () => {
  test('unknown options', async () => {
    for (const args of [['--scenes', 'all'], ['--only', 'everything'], ['extra'], ['--device', 'abacus']]) {
      expect(await evaluate(...args)).toMatchObject({ exitCode: 2, err: expect.stringContaining('USAGE') });
    }
  });

  test('numbers of scenes that are out of range', async () => {
    for (const scenes of ['0', '1.5']) {
      const { exitCode, err } = await evaluate('--scenes', scenes);
      expect(exitCode).toBe(1);
      expect(err).toContain(`PARAMETER_INVALID: --scenes takes a whole number from 1 on; not "${scenes}".`);
    }
  });

  test('a pack without evaluation scenes', async () => {
    const bare = makeTinyPack(root(), 'bare');
    writeManifest(bare);
    const { exitCode, err } = await runCommand(['evaluate', '--pack', bare, '--device', 'cpu', '--out', out]);
    expect(exitCode).toBe(1);
    expect(err).toContain('PACK_INCOMPLETE: The pack has no evaluation scenes');
  });

  test('scenes with a missing or damaged truth, or with that of another scene', async () => {
    const broken = await makeTinyEvaluationPack(root(), 'broken');
    // A pack needs no manifest, and one would fail before the evaluation does.
    rmSync(join(broken, 'pack.json'));
    const truthPath = join(broken, 'evaluation', 'scenes', 'seen-2', 'meta.json');
    const run = () => runCommand(['evaluate', '--pack', broken, '--device', 'cpu', '--out', out]);
    writeFileSync(truthPath, '{');
    expect((await run()).err).toContain('SCENE_INVALID');
    writeJson(truthPath, { ...tinyTruth(), objects: [{ class: 'red thing' }] });
    expect((await run()).err).toContain('has 2 concepts, but its meta.json has 1');
    rmSync(truthPath);
    expect((await run()).err).toContain('PACK_INCOMPLETE');
    expect(openSessionCount()).toBe(0);
  });

  test('leaves no report and no sessions when cancelled', async () => {
    rmSync(out, { force: true });
    const controller = new AbortController();
    controller.abort();
    const args = ['evaluate', '--pack', pack, '--device', 'cpu', '--out', out];
    const { exitCode, err } = await runCommand(args, controller.signal);
    expect(exitCode).toBe(130);
    expect(err).toContain('CANCELLED');
    expect(readdirSync(join(root(), 'out'))).toEqual([]);
    expect(openSessionCount()).toBe(0);
  });
});
