/** Choosing where models are kept: only a folder that can be written, so that no download fails for it later. */
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { StudioError } from '../../contract/errors.ts';
import { makeFolder } from '../../models/atomic-write.ts';
import { writing } from '../../models/file-errors.ts';
import { chooseModelsFolder, type ModelsFolder, type PlatformFacts } from '../../models/models-folder.ts';

/**
 * @param folder absolute; made where it is not there
 * @throws StudioError HOST_UNSUPPORTED where the environment says which folder it is, PARAMETER_INVALID for a relative
 *   path, FOLDER_UNWRITABLE, DISK_FULL
 */
export async function chooseFolder(
  facts: PlatformFacts,
  chosenBy: ModelsFolder['chosenBy'],
  folder: string,
): Promise<void> {
  if (chosenBy === 'PNPMIX_MODELS_DIR') {
    throw new StudioError(
      'HOST_UNSUPPORTED',
      'PNPMIX_MODELS_DIR says where the models are. Change it there, or start the program without it.',
    );
  }
  if (!isAbsolute(folder)) {
    throw new StudioError('PARAMETER_INVALID', `"${folder}" is no full path of a folder.`);
  }
  await writing(folder, async () => {
    await makeFolder(folder);
    await access(folder, constants.W_OK);
  });
  await chooseModelsFolder(facts, folder);
}
