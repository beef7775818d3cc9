/** What identifies the weights of a checkpoint, wherever its files are. */
import { createHash } from 'node:crypto';
import { basename, relative } from 'node:path';

/** A weights file of a checkpoint. */
export interface WeightsFile {
  /** Relative to the checkpoint's folder, with forward slashes. */
  readonly name: string;
  /** Absolute; may be a link. */
  readonly path: string;
}

/** Each of the files once, with its name in the checkpoint's folder. */
export function weightsFilesOf(root: string, paths: readonly string[]): WeightsFile[] {
  return [...new Set(paths)].map((path) => ({ path, name: relative(root, path).replaceAll('\\', '/') }));
}

/** SHA-256 over the names and hashes of the weight files of a folder; the name of a single file does not matter. */
export function identityOfFolder(
  files: readonly { readonly name: string; readonly sha256: string }[],
): string {
  const lines = files.map(({ name, sha256 }) => `${name} ${sha256}`);
  return createHash('sha256').update(lines.sort().join('\n')).digest('hex');
}

/** The name of a model's folder; ORGANISATION/NAME for a snapshot in a hub cache, whose own name is a commit. */
export function folderName(folder: string): string {
  const repository = /models--([^/\\]+)[/\\]snapshots[/\\]/.exec(folder)?.[1];
  return repository?.replace('--', '/') ?? basename(folder);
}
