/** Node's cache of compiled code (docs/decisions/0225). */
import { enableCompileCache, flushCompileCache } from 'node:module';
import { join } from 'node:path';
import { defaultCacheFolder } from '../folders.ts';

/**
 * From here on, what Node strips and compiles is kept in the cache folder, and taken from there, by this process and
 * those that it starts. A folder that cannot be written changes nothing; NODE_COMPILE_CACHE names another one.
 */
export function keepCompiledCode(): void {
  process.env.NODE_COMPILE_CACHE ||= join(defaultCacheFolder(), 'code');
  enableCompileCache(process.env.NODE_COMPILE_CACHE);
}

/** Writes it now: a process that is killed does not write it at its end. Takes a moment the first time, else nothing. */
export function writeCompiledCode(): void {
  flushCompileCache();
}
