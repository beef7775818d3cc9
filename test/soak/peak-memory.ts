/** The resident size of this process, and its peak since the last look (Linux: proc(5), /proc/pid/clear_refs). */
import { readFileSync, writeFileSync } from 'node:fs';

function statusBytes(key: 'VmRSS' | 'VmHWM'): number {
  const line = readFileSync('/proc/self/status', 'utf8').match(new RegExp(`^${key}:\\s+(\\d+) kB$`, 'm'));
  if (line === null) throw new Error(`/proc/self/status has no ${key}.`);
  return Number(line[1]) * 1024;
}

export function residentBytes(): number {
  return statusBytes('VmRSS');
}

/** Peak since the last call, or since the start; the next peak begins at the present size. */
export function takePeakBytes(): number {
  const peak = statusBytes('VmHWM');
  writeFileSync('/proc/self/clear_refs', '5');
  return peak;
}
