/** A sweep over two workers, compared with the same sweep on this machine alone. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../electron/cli/run-command.ts';
import { makeTinyPack, makeTinyScene, writeManifest } from '../electron/inference/tiny-pack.ts';
import { FarmProcesses } from './farm-processes.ts';

/** @returns whether the sheets have the same bytes, and both workers rendered cells */
export async function soakSweep(parent: string, cells: number): Promise<boolean> {
  const root = join(parent, 'sweep');
  mkdirSync(root);
  process.env.PNPMIX_CACHE_DIR = join(root, 'cache');
  const pack = makeTinyPack(root);
  writeManifest(pack);
  const scenePath = await makeTinyScene(join(root, 'scene'));
  const farm = await FarmProcesses.start(root);
  try {
    const workers = ['one', 'two'].map((name) => farm.startWorker(name, pack));
    await Promise.all(workers.map((worker) => worker.heard('worker.ready')));
    const side = Math.round(Math.sqrt(cells));
    const values = (most: number) => Array.from({ length: side }, (_, i) => (most * i) / side).join(',');
    const sweep = ['--sweep', `alpha=${values(0.5)}`, `beta=${values(1)}`];
    const compose = (out: string, ...args: string[]) =>
      runCommand(['compose', scenePath, '--out', out, ...sweep, ...args]);
    const [local, onFarm] = [join(root, 'local.png'), join(root, 'farm.png')];
    const results = [
      await compose(local, '--pack', pack, '--device', 'cpu'),
      await compose(onFarm, '--queue', farm.url, '--key', farm.keyFile),
    ];
    for (const { exitCode, err } of results) if (exitCode !== 0) throw new Error(err);
    const isSame = readFileSync(local).equals(readFileSync(onFarm));
    const shares = workers.map(({ log }) => log.filter(({ event }) => event === 'job.done').length);
    console.log(
      `sweep: ${side * side} cells on two workers (${shares.join(' + ')}): bytes ${isSame ? 'equal' : 'DIFFER'}`,
    );
    return isSame && shares.every((share) => share > 0) && shares[0]! + shares[1]! === side * side;
  } finally {
    await farm.end();
  }
}
