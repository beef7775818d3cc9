/** Where new projects are made: PNPMIX_PROJECTS_DIR, the folder that was chosen, or the platform's place. */
import { resolve } from 'node:path';
import { StudioError } from '../../contract/errors.ts';
import type { SettingsStore } from '../settings/settings-store.ts';
import { ensureWritable } from '../writable-folder.ts';

export class ProjectsFolder {
  readonly #usual: string;
  readonly #settings: SettingsStore;
  /** false where the environment says which folder it is. */
  readonly canBeChosen: boolean;

  /** @param usual the environment's folder, else the platform's place */
  constructor(usual: string, isFixed: boolean, settings: SettingsStore) {
    this.#usual = usual;
    this.#settings = settings;
    this.canBeChosen = !isFixed;
  }

  /** The folder as it is now. */
  get path(): string {
    return (this.canBeChosen ? this.#settings.current.projectsFolder : null) ?? this.#usual;
  }

  /**
   * Chooses another folder, for new projects from now on.
   *
   * @param folder absolute; made where it is not there
   * @throws StudioError HOST_UNSUPPORTED where the environment says which folder it is, PARAMETER_INVALID for a
   *   relative path, FOLDER_UNWRITABLE, DISK_FULL; nothing has changed then
   */
  async choose(folder: string): Promise<void> {
    if (!this.canBeChosen) {
      throw new StudioError(
        'HOST_UNSUPPORTED',
        'PNPMIX_PROJECTS_DIR says where projects are made. Change it there, or start the program without it.',
      );
    }
    await ensureWritable(folder);
    await this.#settings.change({ projectsFolder: resolve(folder) });
  }
}
