/** Finds or installs a Redis server once per run, and reports it if the farm's tests have to be skipped. */
import { findRedis } from './redis-server.ts';

/** Vitest calls this before the first test of a farm, if any of them runs. */
export default function installRedis(): void {
  if (findRedis() !== undefined) return;
  console.warn(
    'There is no redis-server, and it cannot be installed here: the tests of the render farm that need one are ' +
      'skipped. Install redis-server or valkey-server, or name one with PNPMIX_REDIS.',
  );
}
