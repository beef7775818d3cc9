/** One window shared by all tests of a file. */
import { afterAll, afterEach, beforeAll } from 'vitest';
import { LOW_PIXEL_RATIO } from './chromium.ts';
import { keepFailure, openStudio, type StudioOptions, type StudioPage } from './studio-page.ts';

/**
 * Opens the program before the file's first test, takes a screenshot when a test fails, and closes the program after
 * the last.
 *
 * @param options for opening it, by default at a low pixel ratio; a function runs in the same hook, just before
 * @returns the studio; usable from the first hook or test on
 */
export function sharedStudio(
  options: StudioOptions | (() => StudioOptions | Promise<StudioOptions>) = {},
): StudioPage {
  let opened: StudioPage | undefined;
  beforeAll(async () => {
    opened = await openStudio({
      devicePixelRatio: LOW_PIXEL_RATIO,
      ...(typeof options === 'function' ? await options() : options),
    });
  });
  afterEach(({ task }) => keepFailure(opened?.page, task));
  afterAll(async () => {
    await opened?.close();
  });
  const current = () => {
    if (opened === undefined) throw new Error('The studio is opened by a hook: use it in a hook or a test.');
    return opened;
  };
  return new Proxy({} as StudioPage, { get: (_, name) => Reflect.get(current(), name) });
}
