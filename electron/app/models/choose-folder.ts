/** Moves the models folder to a folder of the user's choice. */
import { StudioError } from '../../contract/errors.ts';
import type { PlatformFacts } from '../../foundation/folders.ts';
import { chooseModelsFolder, type ModelsFolder } from '../../models/models-folder.ts';
import { ensureWritable } from '../writable-folder.ts';

/**
 * @param folder absolute; made if missing
 * @throws StudioError HOST_UNSUPPORTED when the environment sets the folder, PARAMETER_INVALID for a relative
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
      'PNPMIX_MODELS_DIR sets the models folder. Change it there, or start the program without it.',
    );
  }
  await ensureWritable(folder);
  await chooseModelsFolder(facts, folder);
}
