/** The folder for new projects: PNPMIX_PROJECTS_DIR, the folder chosen in the settings, or the platform's. */
import { resolve } from 'node:path';
import { StudioError } from '../../contract/errors.ts';
import type { SettingsStore } from '../settings/settings-store.ts';
import { ensureWritable } from '../writable-folder.ts';

export class ProjectsFolder {
  readonly #usual: string;
  readonly #settings: SettingsStore;
  /** false when the environment sets the folder. */
  readonly canBeChosen: boolean;

  /** @param usual the environment's folder, else the platform's */
  constructor(usual: string, isFixed: boolean, settings: SettingsStore) {
    this.#usual = usual;
    this.#settings = settings;
    this.canBeChosen = !isFixed;
  }

  /** The current folder. */
  get path(): string {
    return (this.canBeChosen ? this.#settings.current.projectsFolder : null) ?? this.#usual;
  }

  /**
   * Chooses another folder, for new projects from now on.
   *
   * @param folder absolute; made if missing
   * @throws StudioError HOST_UNSUPPORTED when the environment sets the folder, PARAMETER_INVALID for a
   *   relative path, FOLDER_UNWRITABLE, DISK_FULL; nothing is changed then
   */
  async choose(folder: string): Promise<void> {
    if (!this.canBeChosen) {
      throw new StudioError(
        'HOST_UNSUPPORTED',
        'PNPMIX_PROJECTS_DIR sets the folder for projects. Change it there, or start the program without it.',
      );
    }
    await ensureWritable(folder);
    await this.#settings.change({ projectsFolder: resolve(folder) });
  }
}
