/** The child processes of a process (Linux; elsewhere none is found). */
import { readdirSync, readFileSync } from 'node:fs';

export function children(parentPid: number): number[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === parentPid;
      } catch {
        // It has exited since the folder was read.
        return false;
      }
    })
    .map(Number);
}
