/**
 * `npm run soak -- SUBCOMMAND`: checks that take minutes to hours, or gigabytes, and are therefore not part of `npm
 * test`.
 */
import { farm } from './farm.ts';
import { fullSize } from './full-size.ts';
import { fuzz } from './fuzz.ts';
import { kills } from './kills.ts';
import { latency } from './latency.ts';
import { singleFile } from './single-file.ts';
import type { Soak } from './soak.ts';

const soaks: Readonly<Record<string, Soak>> = {
  farm,
  'full-size': fullSize,
  fuzz,
  kills,
  latency,
  'single-file': singleFile,
};

const [name, ...args] = process.argv.slice(2);
const soak = name === undefined ? undefined : soaks[name];
if (soak === undefined) {
  const width = Math.max(...Object.keys(soaks).map(({ length }) => length));
  console.error('Usage: npm run soak -- SUBCOMMAND [options]\n');
  for (const [key, { summary }] of Object.entries(soaks)) console.error(`  ${key.padEnd(width)}  ${summary}`);
  process.exit(2);
}
process.exitCode = (await soak.run(args)) ? 0 : 1;
