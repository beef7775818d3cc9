/** `evaluate --protocol` on a tiny pack, with small random CLIP and DINOv2: every table, resumed, with failures. */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { ProtocolReport } from '../../../../electron/evaluation/report/summary.ts';
import { openSessionCount } from '../../../../electron/inference/runtime/sessions.ts';
import { runCommand } from '../../cli/run-command.ts';
import { folderWithCache } from '../../inference/folder-with-cache.ts';
import { tinyClip, tinyDinov2 } from '../../inference/scoring/tiny-encoders.ts';
import { writeJson, writePicture } from '../../inference/tiny-pack.ts';
import { makeTinyEvaluationPack } from '../tiny-evaluation.ts';

const root = folderWithCache();
let pack: string;
let protocol: string;
let out: string;

beforeAll(async () => {
  pack = await makeTinyEvaluationPack(root());
  protocol = join(root(), 'protocol.json');
  out = join(root(), 'out');
  const scene = (name: string) => {
    const folder = join(root(), 'sets', name);
    cpSync(join(pack, 'evaluation', 'scenes', name), folder, { recursive: true });
    const path = join(folder, 'scene.json');
    const content = JSON.parse(readFileSync(path, 'utf8'));
    for (const [index, concept] of content.concepts.entries()) concept.subject = `subject-${index + 1}.png`;
    writeJson(path, content);
    return { id: name, scene: path };
  };
  writeJson(protocol, {
    version: 1,
    name: 'Small',
    seeds: [0, 1],
    rows: ['a', 'e'],
    grid: { alpha: [0, 0.3], beta: [0.5], sets: ['seen-1'], seeds: [0] },
    sets: [scene('seen-1'), scene('seen-2')],
  });
});

const evaluate = (...args: string[]) =>
  runCommand(['evaluate', '--protocol', protocol, '--pack', pack, '--device', 'cpu', '--out', out, ...args]);
const report = (): ProtocolReport => JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'));
const changedAt = (folder: string) =>
  Object.fromEntries(
    readdirSync(join(out, folder)).map((name) => [name, statSync(join(out, folder, name)).mtimeMs]),
  );

describe('a whole run', () => {
  test('scores every method with every instrument, and writes the report in four forms', async () => {
    const encoders = ['--clip', tinyClip(root()), '--dinov2', tinyDinov2];
    const result = await evaluate(...encoders, '--only', 'total-time');
    expect(result).toMatchObject({ exitCode: 0, err: '' });
    const { methods, pictures, failures, instruments, totalTimes } = report();
    expect(failures).toEqual([]);
    expect(methods.map(({ id, pictures: count }) => [id, count])).toEqual([
      ['baseline-background', 4],
      ['baseline-paste', 4],
      ['baseline-poisson', 4],
      ['a', 4],
      ['e', 4],
      ['recommended', 4],
      ['alpha-0-beta-0.5', 1],
      ['alpha-0.3-beta-0.5', 1],
    ]);
    expect(pictures).toHaveLength(26);
    expect(instruments.map(({ scores }) => scores)).toEqual([
      'TCLIP, ICLIP',
      'IDINO, distances',
      'appearance',
    ]);
    const scores = pictures.find(({ method }) => method === 'e')!.scores;
    for (const [name, value] of Object.entries(scores)) expect(value, name).toEqual(expect.any(Number));
    expect(totalTimes!.rows.map(({ concepts }) => concepts)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(result.out).toContain('Ablation (the paper’s table 4.3)');

    const html = readFileSync(join(out, 'report.html'), 'utf8');
    // Self-contained, and every picture leads to its request.
    expect(html).not.toMatch(/(src|href)="(?!data:|#)/);
    for (const [, anchor] of html.matchAll(/<a href="#([^"]+)"/g)) expect(html).toContain(`id="${anchor}"`);
    for (const id of ['methods', 'ablation', 'total-time', 'comparisons', 'paper-time', 'sweep-iclip']) {
      expect(html, id).toContain(`id="${id}"`);
    }
    expect(readFileSync(join(out, 'scores.csv'), 'utf8').trim().split('\n')).toHaveLength(27);
    expect(readFileSync(join(out, 'tables.tex'), 'utf8')).toContain('\\label{tab:ablation}');
    expect(openSessionCount()).toBe(0);
  });

  test('is continued by the next one: only what is missing is rendered', async () => {
    const before = changedAt('pictures');
    const lost = report()
      .pictures.find(({ method }) => method === 'a')!
      .file.replace('pictures/', '');
    rmSync(join(out, 'pictures', lost));
    const times = report().totalTimes!.rows;
    expect((await evaluate('--only', 'total-time')).exitCode).toBe(0);
    const after = changedAt('pictures');
    const changed = Object.keys(before).filter((name) => after[name] !== before[name]);
    expect(changed.sort()).toEqual([lost, lost.replace('.png', '.json')].sort());
    // A first render of another run has nothing cached either.
    const rowsOf = (of: typeof times) => of.map(({ first, retune }) => [first.unetRows, retune.unetRows]);
    expect(rowsOf(report().totalTimes!.rows)).toEqual(rowsOf(times));
    for (const [first, retune] of rowsOf(times)) expect(first).toBeGreaterThan(retune!);
    // Without encoders only the pack's own classifier measures; it is never called CLIP.
    const { methods, instruments } = report();
    expect(instruments.map(({ scores }) => scores)).toEqual(['appearance']);
    expect(methods.every(({ scores }) => scores.iclip === null && scores.idino === null)).toBe(true);
    expect(readFileSync(join(out, 'tables.tex'), 'utf8')).toContain('appearance');
  });
});

test('another method’s pictures are scored too, by name or by manifest', async () => {
  const named = join(root(), 'named');
  const listed = join(root(), 'listed');
  for (const folder of [named, listed]) mkdirSync(folder);
  await writePicture(join(named, 'seen-1-0.png'), { rectangle: [8, 8, 20, 24] });
  await writePicture(join(listed, 'x.png'), { rectangle: [8, 8, 20, 24] });
  writeJson(join(listed, 'manifest.json'), {
    version: 1,
    usesBackground: true,
    pictures: [{ set: 'seen-2', seed: 1, file: 'x.png', seconds: 9 }],
  });
  const result = await evaluate('--images', `Named=${named}`, '--images', `Listed=${listed}`);
  expect(result).toMatchObject({ exitCode: 0 });
  const byId = new Map(report().methods.map((method) => [method.id, method]));
  expect(byId.get('folder-Named')).toMatchObject({ pictures: 1, seconds: null });
  // It generates its own background, so nothing is known about it.
  expect(byId.get('folder-Named')!.scores.backgroundPsnr).toBeNull();
  expect(byId.get('folder-Listed')).toMatchObject({ pictures: 1, seconds: { mean: 9 } });
  expect(byId.get('folder-Listed')!.scores.backgroundPsnr!.mean).toBeGreaterThan(0);
});

test('a set that fails does not stop the others, and is retried', async () => {
  const content = JSON.parse(readFileSync(protocol, 'utf8'));
  const broken = join(root(), 'broken.json');
  writeJson(join(root(), 'broken-scene.json'), {
    version: 2,
    prompt: 'a thing',
    background: 'missing.png',
    concepts: [{ name: 'a', prompt: 'b', image: 'missing.png', mask: 'missing.png' }],
  });
  writeJson(broken, {
    ...content,
    seeds: [0],
    sets: [{ id: 'lost', scene: 'broken-scene.json' }, ...content.sets],
  });
  const { exitCode, out: printed } = await runCommand([
    'evaluate',
    '--protocol',
    broken,
    '--pack',
    pack,
    '--device',
    'cpu',
    '--out',
    out,
  ]);
  expect(exitCode).toBe(0);
  expect(printed).toContain('1 failures');
  expect(report().failures).toMatchObject([{ set: 'lost', seed: 0, method: null, code: 'ASSET_MISSING' }]);
  expect(report().pictures.length).toBeGreaterThan(10);
});

test('a placed concept is measured where its cut-out is', async () => {
  const placed = join(root(), 'placed.json');
  writeJson(join(root(), 'placed-scene.json'), {
    version: 2,
    prompt: 'a cat',
    background: 'sets/seen-1/background.png',
    frame: 'whole',
    concepts: [
      {
        name: 'my cat',
        prompt: 'a cat',
        image: 'sets/seen-1/cat.png',
        subject: 'sets/seen-1/subject-1.png',
        mode: 'place',
        placement: { x: 16, y: 16, scale: 0.6 },
      },
    ],
    parameters: { steps: 3, swapGuidanceScale: 1 },
  });
  const sets = [{ id: 'placed', scene: 'placed-scene.json' }];
  writeJson(placed, { version: 1, name: 'Placed', seeds: [0], rows: ['e'], recommended: false, sets });
  const command = ['evaluate', '--protocol', placed, '--pack', pack, '--device', 'cpu', '--out', out];
  expect((await runCommand(command)).exitCode).toBe(0);
  const { failures, pictures } = report();
  expect(failures).toEqual([]);
  for (const { method, scores } of pictures) {
    expect(scores.appearance, method).toEqual(expect.any(Number));
    expect(scores.backgroundPsnr, method).toEqual(expect.any(Number));
  }
  // Pasted over a background that has it nowhere: it changes that region, and nothing outside.
  expect(pictures.find(({ method }) => method === 'baseline-paste')!.scores.backgroundPsnr).toBeGreaterThan(
    20,
  );
});

test('cancelling keeps what is done, and says where', async () => {
  const controller = new AbortController();
  controller.abort();
  const { exitCode, err } = await runCommand(
    ['evaluate', '--protocol', protocol, '--pack', pack, '--device', 'cpu', '--out', out],
    controller.signal,
  );
  expect(exitCode).toBe(130);
  expect(err).toContain('CANCELLED');
  expect(openSessionCount()).toBe(0);
});

test('conflicting options are refused', async () => {
  for (const args of [
    ['--only', 'ablation'],
    ['--scenes', '2'],
    ['--images', 'nothing'],
  ]) {
    expect(await evaluate(...args), args[0]).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('USAGE'),
    });
  }
  const { err } = await runCommand(['evaluate', '--clip', root(), '--pack', pack]);
  expect(err).toContain('--clip needs --protocol');
  const { exitCode, err: invalid } = await evaluate('--images', `x=${join(root(), 'nowhere')}`);
  expect(exitCode).toBe(1);
  expect(invalid).toContain('PROTOCOL_INVALID');
  writeFileSync(join(root(), 'no.json'), '{}');
  expect((await runCommand(['evaluate', '--protocol', join(root(), 'no.json')])).err).toContain(
    'PROTOCOL_INVALID',
  );
});
