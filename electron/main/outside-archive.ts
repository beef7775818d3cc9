/** Files of a packaged program that native code reads are next to its archive, not in it. */

/** The place of what was unpacked when the program was packaged; the same path when there is no archive. */
export function outsideArchive(path: string): string {
  return path.replace(/app\.asar(?=[\\/]|$)/, 'app.asar.unpacked');
}
