/** The last step of packaging, and the only one that needs Electron's binary, which electron-builder downloads. */
import { build } from 'electron-builder';
import { StudioError } from '../electron/contract/errors.ts';
import { ROOT } from './build-host.ts';
import { builderConfig } from './builder-config.ts';

/** Names of the errors of electron-builder's download library. */
const DOWNLOAD_ERRORS = new Set(['RequestError', 'HTTPError', 'TimeoutError']);

/**
 * Packs dist/app for the current platform.
 *
 * @param pack electron-builder
 * @returns the installers' paths
 * @throws StudioError ELECTRON_UNAVAILABLE when the binary is neither in the cache nor downloadable
 */
export async function makeInstallers(pack: typeof build = build): Promise<string[]> {
  try {
    return await pack({ projectDir: ROOT, config: builderConfig });
  } catch (cause) {
    if (!(cause instanceof Error) || !DOWNLOAD_ERRORS.has(cause.name)) throw cause;
    const [reason] = cause.message.split('\n');
    throw new StudioError(
      'ELECTRON_UNAVAILABLE',
      `No installers were made, because Electron ${builderConfig.electronVersion} cannot be downloaded here (${reason}); the ` +
        'complete program is in dist/app.',
      { cause },
    );
  }
}
