/** Small disks in memory, which only root on Linux may mount. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';

/**
 * Mounts a disk until the test is finished.
 *
 * @param options such as `size=1m`, or `size=1m,ro`
 * @returns its folder; undefined if it cannot be mounted here
 */
export async function memoryDisk(options: string): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'memory-disk-'));
  const isMounted = mount('-t', 'tmpfs', '-o', options, 'tmpfs', folder);
  onTestFinished(async () => {
    if (isMounted) spawnSync('umount', [folder]);
    await rm(folder, { recursive: true, force: true });
  });
  return isMounted ? folder : undefined;
}

/** @param options such as `size=8m`, or `ro` */
export function remount(disk: string, options: string): void {
  expect(mount('-o', `remount,${options}`, disk)).toBe(true);
}

function mount(...args: readonly string[]): boolean {
  return spawnSync('mount', args).status === 0;
}
