/** Files that native code reads are next to a packaged program's archive, not in it. */

/** The path of an unpacked file; the same path without an archive. */
export function outsideArchive(path: string): string {
  return path.replace(/app\.asar(?=[\\/]|$)/, 'app.asar.unpacked');
}
