/** A repository in a hub cache, as huggingface_hub writes it: blobs named by hash, and snapshots of relative links to them. */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/**
 * Turns a folder into a snapshot of a repository.
 *
 * @param cache hub/
 * @param repository ORGANISATION/NAME
 * @param files folder with the repository's files; they are moved
 * @returns the snapshot
 */
export function moveIntoHubCache(cache: string, repository: string, files: string, commit: string): string {
  const root = join(cache, `models--${repository.replace('/', '--')}`);
  const snapshot = join(root, 'snapshots', commit);
  mkdirSync(join(root, 'blobs'), { recursive: true });
  for (const entry of readdirSync(files, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const blob = join(root, 'blobs', blobName(path));
    const link = join(snapshot, relative(files, path));
    renameSync(path, blob);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(relative(dirname(link), blob), link);
  }
  mkdirSync(join(root, 'refs'), { recursive: true });
  writeFileSync(join(root, 'refs', 'main'), commit);
  return snapshot;
}

/** The SHA-256 of a file in LFS, git's id of another. */
function blobName(path: string): string {
  const body = readFileSync(path);
  if (path.endsWith('.safetensors')) return createHash('sha256').update(body).digest('hex');
  return createHash('sha1').update(`blob ${body.length}\0`).update(body).digest('hex');
}
