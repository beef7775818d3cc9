/** The last step of packaging, and the only one that needs Electron's binary, which electron-builder downloads. */
import { build } from 'electron-builder';
import { StudioError } from '../electron/contract/errors.ts';
import { ROOT } from './build-host.ts';
import { builderConfig } from './builder-config.ts';

/** The errors of the library that electron-builder downloads with, by their names. */
const DOWNLOAD_ERRORS = new Set(['RequestError', 'HTTPError', 'TimeoutError']);

/**
 * Packs dist/app for the platform that this runs on.
 *
 * @param pack electron-builder
 * @returns the installers' paths
 * @throws StudioError ELECTRON_UNAVAILABLE when the binary can neither be found in the cache nor be downloaded
 */
export async function makeInstallers(pack: typeof build = build): Promise<string[]> {
  try {
    return await pack({ projectDir: ROOT, config: builderConfig });
  } catch (cause) {
    if (!(cause instanceof Error) || !DOWNLOAD_ERRORS.has(cause.name)) throw cause;
    const [reason] = cause.message.split('\n');
    throw new StudioError(
      'ELECTRON_UNAVAILABLE',
      `No installers are made, since Electron ${builderConfig.electronVersion} cannot be downloaded here (${reason}); the ` +
        'program that they would hold is whole in dist/app.',
      { cause },
    );
  }
}
