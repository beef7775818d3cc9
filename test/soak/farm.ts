/**
 * `npm run soak -- farm [--jobs N] [--kills N] [--cells N] [--gigabytes N] [--seed S]`: a farm of real processes on the
 * tiny pack, whose workers, host and Redis are killed (SIGKILL) at random.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { soakAssets } from './farm-assets.ts';
import { soakKills } from './farm-kills.ts';
import { soakSweep } from './farm-sweep.ts';
import type { Soak } from './soak.ts';

export const farm: Soak = {
  summary:
    '[--cells 64] [--jobs 300] [--kills 100] [--gigabytes 8 [--stores redis,s3]] [--seed S]  a farm whose workers, host and Redis are killed',
  run: async (args) => {
    const { values } = parseArgs({
      args: [...args],
      options: {
        cells: { type: 'string', default: '64' },
        jobs: { type: 'string', default: '300' },
        kills: { type: 'string', default: '100' },
        gigabytes: { type: 'string', default: '8' },
        stores: { type: 'string', default: 'redis,s3' },
        seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
      },
    });
    const root = mkdtempSync(join(tmpdir(), 'pnpmix-farm-'));
    try {
      const numbers = {
        cells: Number(values.cells),
        jobs: Number(values.jobs),
        kills: Number(values.kills),
        gigabytes: Number(values.gigabytes),
        seed: Number(values.seed),
      };
      console.log(JSON.stringify(numbers));
      // Each part has processes of its own, and all of them are reported.
      const held = [];
      if (numbers.cells > 0) held.push(await soakSweep(root, numbers.cells));
      if (numbers.jobs > 0) held.push(await soakKills(root, numbers));
      for (const where of ['redis', 's3'] as const) {
        const isAsked = values.stores.split(',').includes(where);
        if (numbers.gigabytes > 0 && isAsked) held.push(await soakAssets(root, numbers.gigabytes, where));
      }
      return held.every(Boolean);
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  },
};
