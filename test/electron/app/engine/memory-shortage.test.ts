/** A real engine whose memory is limited while it runs: the error says so, and the next render gets a new engine. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../inference/tiny-pack.ts';
import { isAlive, tinyEngineConfig, tinyScene, watchedSupervisor } from './tiny-engine.ts';

const canLimit = process.platform === 'linux' && spawnSync('prlimit', ['--version']).status === 0;

test.skipIf(!canLimit)(
  'too little memory for sessions, pictures or threads is reported, and the next render succeeds',
  async () => {
    const root = temporaryFolder();
    const { supervisor, children } = watchedSupervisor(tinyEngineConfig(root));
    const { request, readAsset } = await tinyScene(root, supervisor);
    let shortages = 0;
    for (const [index, moreMib] of [0, 16, 128, 512].entries()) {
      const render = (seed: number) =>
        supervisor.run(
          { kind: 'render', request: request({ seed }), previews: false },
          { signal: new AbortController().signal, readAsset },
        );
      await supervisor.open();
      const { pid } = supervisor;
      const [pages] = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ');
      const limit = Number(pages) * 4096 + moreMib * 2 ** 20;
      execFileSync('prlimit', ['--pid', String(pid), `--as=${limit}`]);
      const outcome = await render(2 * index).then(
        () => 'done',
        ({ code, message }) => `${code} ${message}`,
      );
      // A library that uses memory it did not get ends the process silently: the message can only name the signal.
      expect(outcome).toMatch(/^(done|OUT_OF_MEMORY|ENGINE_CRASHED .* SIGSEGV)/);
      if (outcome === 'done') {
        supervisor.release();
        continue;
      }
      shortages++;
      expect(supervisor.status.holdsModels).toBe(false);
      expect((await render(2 * index + 1)).width).toBe(32);
      supervisor.release();
    }
    expect(shortages).toBeGreaterThan(0);
    await supervisor.close();
    expect(children.filter(({ pid }) => isAlive(pid!))).toEqual([]);
    rmSync(root, { recursive: true });
  },
);
