/** How long a pack takes to be open, from the start of the engine's process, on a machine that has never done it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { forkEngine } from '../../electron/app/engine/engine-child.ts';
import { EngineSupervisor } from '../../electron/app/engine/engine-supervisor.ts';
import { readEngineChoice } from '../../electron/cli/engine-options.ts';
import { DEFAULT_SETTINGS } from '../../electron/contract/settings.ts';
import type { ParsedOptions } from '../../electron/foundation/command-line/command.ts';

/** With an empty cache folder, that of compiled code included. */
export async function measurePackOpening(options: ParsedOptions, signal: AbortSignal): Promise<number> {
  const cacheFolder = await mkdtemp(join(tmpdir(), 'pnp-mix-opening-'));
  const usual = process.env.NODE_COMPILE_CACHE;
  process.env.NODE_COMPILE_CACHE = join(cacheFolder, 'code');
  const { cacheLimitBytes, rowsAtOnce } = DEFAULT_SETTINGS;
  const supervisor = new EngineSupervisor({
    launch: () => forkEngine(),
    config: { ...(await readEngineChoice(options)), cacheFolder, cacheLimitBytes, rowsAtOnce },
  });
  try {
    const startMs = performance.now();
    await supervisor.open(signal);
    return performance.now() - startMs;
  } finally {
    await supervisor.close();
    process.env.NODE_COMPILE_CACHE = usual ?? '';
    await rm(cacheFolder, { recursive: true, force: true });
  }
}
