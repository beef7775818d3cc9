/** Converts an upload to what projects store. */
import { readFile, rm } from 'node:fs/promises';
import { reading } from '../../foundation/files/file-errors.ts';
import { temporaryName } from '../../foundation/files/temporary-files.ts';
import type {
  ImportKind,
  NormalisedPicture,
  PictureCodec,
  PictureFit,
} from '../../foundation/pictures/picture-codec.ts';
import type { UploadedAsset } from './transient-assets.ts';

/**
 * Normalises an upload. A file is read and written by the picture process; this process only holds the result, which
 * SQLite takes in one piece.
 *
 * @param name of the original file, for messages
 * @throws StudioError ASSET_INVALID, ASSET_MISSING
 */
export async function normaliseUpload(
  pictures: PictureCodec,
  upload: UploadedAsset,
  name: string,
  kind: ImportKind,
  fit: PictureFit | null,
): Promise<NormalisedPicture> {
  const { path } = upload;
  if (path === null) return pictures.normalise(upload.bytes, name, kind, fit);
  const into = temporaryName(path);
  try {
    const { isChanged, ...picture } = await pictures.normaliseFile(path, name, kind, fit, into);
    const bytes = await reading(path, () => readFile(isChanged ? into : path), 'ASSET_MISSING');
    return { ...picture, bytes };
  } finally {
    await rm(into, { force: true });
  }
}
