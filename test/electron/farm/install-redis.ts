/**
 * Installs a Redis server once per run where there is none: Debian's package, as root. Says so if it cannot, and the
 * farm's tests have to be skipped.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { findRedis } from './redis-server.ts';

/** Vitest calls this before the first test of a farm, if any of them runs. */
export default function installRedis(): void {
  if (findRedis() === undefined) install();
  if (findRedis() !== undefined) return;
  console.warn(
    'There is no redis-server, and it cannot be installed here: the tests of the render farm that need one are ' +
      'skipped. Install redis-server or valkey-server, or name one with PNPMIX_REDIS.',
  );
}

function install(): void {
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) return;
  // Chromium may be being installed at the same time.
  const wait = ['-o', 'DPkg::Lock::Timeout=300'];
  for (const args of [['update'], ['install', '--yes', '--no-install-recommends', 'redis-server']]) {
    const { status } = spawnSync('apt-get', [...wait, ...args], {
      stdio: 'inherit',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
    if (status !== 0) return;
  }
}
