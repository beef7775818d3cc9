/** Diagnostics for a bug report, without any of the user's content. */
import { arch, availableParallelism, cpus, release } from 'node:os';
import { pathToFileURL } from 'node:url';
import * as z from 'zod';
import type { Diagnostics } from '../contract/commands/app-commands.ts';
import type { PlatformFacts } from '../foundation/folders.ts';
import { withoutQuotes } from '../foundation/log/fault-facts.ts';
import { availableMemoryBytes, memoryLimitBytes } from '../foundation/memory.ts';
import type { Services } from './services.ts';

/** How many of the newest log entries are copied. */
const LOG_ENTRIES = 200;

/** The program, the machine, the engine, the settings, and the end of the log; the home folder is ~ throughout. */
export function collectDiagnostics(
  services: Pick<Services, 'host' | 'facts' | 'folders' | 'log' | 'engine' | 'settings' | 'store'>,
): Diagnostics {
  const { host, facts, folders, log, engine, settings, store } = services;
  const { status } = engine;
  const { settings: settingsFolder, cache, bundledPacks } = folders;
  // The editor's remembered state may contain names.
  const { editor: _, ...settingsShown } = settings.current;
  return withoutHome(
    {
      program: {
        name: 'PnP-MIX Studio',
        version: host.version,
        host: host.kind,
        node: process.versions.node,
        electron: process.versions.electron ?? null,
      },
      machine: {
        platform: facts.platform,
        release: release(),
        architecture: arch(),
        processor: cpus()[0]?.model ?? null,
        processors: availableParallelism(),
        totalMemoryBytes: memoryLimitBytes(),
        freeMemoryBytes: availableMemoryBytes(),
        hostMemoryBytes: process.memoryUsage.rss(),
      },
      engine: {
        ...status,
        error: status.error && { ...status.error, message: withoutQuotes(status.error.message) },
      },
      settings: settingsShown,
      folders: { settings: settingsFolder, cache, models: store.modelsFolder, bundledPacks },
      log: log.lastLines(LOG_ENTRIES).map(entryOf),
    },
    facts,
  );
}

/** A line may be incomplete after a power cut. */
function entryOf(line: string): Diagnostics['log'][number] {
  try {
    return z.record(z.string(), z.json()).parse(JSON.parse(line));
  } catch {
    return { event: 'unreadable', length: line.length };
  }
}

/**
 * Replaces the home folder by ~ in every text, including file:// addresses and paths with the other kind of slash.
 */
export function withoutHome<Value>(value: Value, { platform, homeFolder }: PlatformFacts): Value {
  const isWindows = platform === 'win32';
  const address = pathToFileURL(homeFolder, { windows: isWindows }).pathname;
  const written = isWindows ? [address, homeFolder, homeFolder.replaceAll('\\', '/')] : [homeFolder, address];
  const folders = written.filter((folder) => folder.length > 1).map((folder) => RegExp.escape(folder));
  const pattern = new RegExp(`(?:${folders.join('|')})(?![\\w-])`, isWindows ? 'gi' : 'g');
  const replaced = (inner: unknown): unknown => {
    if (typeof inner === 'string') return folders.length === 0 ? inner : inner.replaceAll(pattern, '~');
    if (Array.isArray(inner)) return inner.map(replaced);
    if (typeof inner !== 'object' || inner === null) return inner;
    return Object.fromEntries(Object.entries(inner).map(([name, each]) => [name, replaced(each)]));
  };
  return replaced(value) as Value;
}
