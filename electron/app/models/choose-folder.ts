/** Moves the models folder to a folder of the user's choice. */
import { StudioError } from '../../contract/errors.ts';
import type { PlatformFacts } from '../../foundation/folders.ts';
import { chooseModelsFolder, type ModelsFolder } from '../../models/models-folder.ts';
import { ensureWritable } from '../writable-folder.ts';

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
  await ensureWritable(folder);
  await chooseModelsFolder(facts, folder);
}
