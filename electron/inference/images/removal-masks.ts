/** The masks of objects to remove. */

import { StudioError } from '../../contract/errors.ts';
import { noticeSentence } from '../../contract/notices.ts';
import { whyEmpty } from '../../foundation/pictures/mask-conventions.ts';
import type { Tensor } from '../../pipeline/tensor/tensor.ts';
import { examineMaskFile, type PictureFile } from './images.ts';

/** @throws StudioError ASSET_INVALID; MASK_EMPTY when none covers anything, describing the first one */
export async function readRemovalMasks(
  files: readonly PictureFile[],
  onRead: (count: number) => Promise<void>,
): Promise<Tensor[]> {
  const examined = [];
  for (const file of files) {
    await onRead(examined.length);
    examined.push({ file, ...(await examineMaskFile(file)) });
  }
  await onRead(examined.length);
  const [first] = examined;
  if (first !== undefined && examined.every(({ findings }) => findings.isEmpty)) {
    const { file, findings } = first;
    throw new StudioError(
      'MASK_EMPTY',
      `The mask ${file.name} covers nothing. ${noticeSentence(whyEmpty(findings))}`,
    );
  }
  return examined.map(({ mask }) => mask);
}
