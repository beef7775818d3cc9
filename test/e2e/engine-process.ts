/** The engine's process, for tests that suspend it. */
import { readFileSync } from 'node:fs';

/** The process id of the engine that a host or its child has started, as Linux reports it. */
export function engineOf(pid: number): number | undefined {
  if (readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('engine-process')) return pid;
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  if (children === '') return undefined;
  return children
    .split(' ')
    .map((child) => engineOf(Number(child)))
    .find((found) => found !== undefined);
}
