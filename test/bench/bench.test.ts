/** `bench` on a tiny pack: the report is complete, and the method agrees with the oracle. Times mean nothing here. */
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  makeTinyPack,
  makeTinyScene,
  temporaryFolder,
  writeManifest,
} from '../electron/inference/tiny-pack.ts';
import type { RenderProfile } from './render-profile.ts';

test('bench measures a first render, a re-tune and the oracle, and compares their latents', async () => {
  const root = temporaryFolder();
  try {
    const pack = makeTinyPack(root);
    writeManifest(pack);
    const scene = await makeTinyScene(join(root, 'scene'));
    const printed = execFileSync(
      process.execPath,
      [
        join(import.meta.dirname, '../../electron/cli/main.ts'),
        'bench',
        scene,
        '--pack',
        pack,
        '--device',
        'cpu',
        '--no-editor',
        '--profile',
      ],
      { cwd: root, encoding: 'utf8' },
    );
    expect(printed).toContain('as aimed at: at most 0.001000');
    const report = JSON.parse(readFileSync(join(root, 'out', 'bench.json'), 'utf8'));
    expect(report).toMatchObject({
      concepts: 2,
      steps: 3,
      // Swap guidance and text guidance are off: one row per concept, one per reference, and the inversion's; then the
      // references' rows only.
      rowsPerStepFirst: 5,
      rowsPerStepRetune: 2,
      device: expect.stringMatching(/^cpu/),
    });
    expect(report.rowsPerStepOracle).toBeGreaterThan(2 * report.rowsPerStepFirst);
    expect(report.maxLatentDifference).toBeLessThan(1e-3);
    for (const name of [
      'msPerRow',
      'outsideUnetShare',
      'firstVsOracle',
      'retuneVsOracle',
      'packOpenMs',
      'peakMemoryBytes',
    ]) {
      expect(report[name]).toBeGreaterThan(0);
    }
    for (const name of ['first render', 're-tune']) {
      expect(printed).toContain(name);
      const { totalMs, parts } = report.profiles[name] as RenderProfile;
      expect(parts.map(({ what }) => what)).toContain('model unet');
      const inAll = parts.reduce((sum, { ms }) => sum + ms, 0);
      expect(Math.abs(inAll - totalMs)).toBeLessThan(0.5 * 100);
      expect(parts.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(inAll / totalMs, 6);
    }
  } finally {
    rmSync(root, { recursive: true });
  }
});
