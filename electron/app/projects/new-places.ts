/** Where new project files go. */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StudioError } from '../../contract/errors.ts';
import { PROJECT_EXTENSION } from '../../projects/file-names.ts';
import { MAX_TEXT_LENGTH } from '../../projects/shown-values.ts';
import { checkedPath, NewPaths } from './file-names.ts';

/** Where a new file goes, and its title: numbered like the file, so that the list of projects tells them apart. */
export interface NewPlace {
  readonly path: string;
  readonly title: string;
  /** Called when the file is there, or will not be. */
  readonly release: () => void;
}

/** A place of the user's choice. @throws StudioError PARAMETER_INVALID */
export function chosenPlace(path: string, title: string): NewPlace {
  return { path: checkedPath(path, [PROJECT_EXTENSION]), title, release: () => undefined };
}

export class NewPlaces {
  readonly #folder: { readonly path: string };
  readonly #newPaths = new NewPaths();

  /** @param folder for new projects; its path is read each time */
  constructor(folder: { readonly path: string }) {
    this.#folder = folder;
  }

  /** A free place in the folder for new projects, which is made if it is missing. @throws StudioError PROJECT_UNWRITABLE */
  async free(title: string): Promise<NewPlace> {
    const { path } = this.#folder;
    await mkdir(path, { recursive: true }).catch((cause: unknown) => {
      throw new StudioError('PROJECT_UNWRITABLE', `The folder for projects, ${path}, cannot be created.`, {
        cause,
      });
    });
    return this.#placeIn(path, title);
  }

  /**
   * @param beside a project; where its folder is gone, the folder for new projects is taken
   * @param path of the user's choice
   */
  async beside(beside: string, title: string, path?: string): Promise<NewPlace> {
    if (path !== undefined) return chosenPlace(path, title);
    const folder = dirname(beside);
    return existsSync(folder) ? this.#placeIn(folder, title) : this.free(title);
  }

  #placeIn(folder: string, title: string): NewPlace {
    const { path, ending, release } = this.#newPaths.take(folder, title, PROJECT_EXTENSION);
    // The longest titles are told apart by their files alone.
    const hasRoom = title.length + ending.length <= MAX_TEXT_LENGTH;
    return { path, title: hasRoom ? `${title}${ending}` : title, release };
  }
}
