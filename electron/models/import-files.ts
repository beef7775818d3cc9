/** Finds single files of a component in one folder, under every name that they may have. */
import { lstat, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { StudioError } from '../contract/errors.ts';
import type { CatalogComponent, CatalogFile } from '../contract/pack-catalog.ts';
import { ifPresent } from '../foundation/files/file-errors.ts';

/** A found file, with all links resolved. */
export interface FoundFile {
  readonly file: CatalogFile;
  readonly sourcePath: string;
  readonly bytes: number;
  readonly changedMs: number;
  /** SHA-256 in the hub cache's name of the content, if any. */
  readonly blobSha256: string | undefined;
}

/** @returns the files found, and the path of the first required file that is missing */
export async function findFiles(
  place: string,
  component: CatalogComponent,
): Promise<{ readonly files: FoundFile[]; readonly missing: string | undefined }> {
  const files: FoundFile[] = [];
  let missing: string | undefined;
  for (const file of component.files) {
    const found = await findFile(place, file);
    if (found !== undefined) files.push(found);
    else if (!file.optional) missing ??= file.path;
  }
  return { files, missing };
}

/** @throws StudioError IMPORT_INVALID for a link to a missing file */
export async function findFile(place: string, file: CatalogFile): Promise<FoundFile | undefined> {
  const names = [file.remotePath, file.path, halfPrecisionPath(file.path)];
  for (const name of names) {
    if (name === undefined) continue;
    const path = join(place, ...name.split('/'));
    if ((await ifPresent(lstat(path))) === undefined) continue;
    const sourcePath = await ifPresent(realpath(path));
    if (sourcePath === undefined) {
      throw new StudioError('IMPORT_INVALID', `${path} is a link to a missing file.`);
    }
    const status = await stat(sourcePath);
    if (!status.isFile()) continue;
    const blob = basename(dirname(sourcePath)) === 'blobs' ? basename(sourcePath) : '';
    return {
      file,
      sourcePath,
      bytes: status.size,
      changedMs: status.mtimeMs,
      blobSha256: /^[0-9a-f]{64}$/.test(blob) ? blob : undefined,
    };
  }
  return undefined;
}

/** diffusers' name for the half-precision variant of a weights file. */
export function halfPrecisionPath(path: string): string | undefined {
  return path.endsWith('.safetensors') ? path.replace(/\.safetensors$/, '.fp16.safetensors') : undefined;
}
