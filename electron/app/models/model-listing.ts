/**
 * The models in the searched folders. They are walked through once, and again after a change: prompts are counted and
 * renders begun all the time, and a collection has thousands of files.
 */
import { FolderWatch } from '../../models/folder-watch.ts';
import { type FoundModel, findModels, ModelDescriptions, type ModelRoot } from '../../models/found-models.ts';

export class ModelListing {
  readonly #roots: () => readonly ModelRoot[];
  readonly #watch: FolderWatch;
  readonly #descriptions = new ModelDescriptions();
  #known: { readonly places: string; readonly models: Promise<FoundModel[]> } | undefined;

  /** @param onChange called when a file was added, changed or removed */
  constructor(roots: () => readonly ModelRoot[], onChange: () => void) {
    this.#roots = roots;
    this.#watch = new FolderWatch({
      onTouch: () => {
        this.#known = undefined;
      },
      onChange,
    });
  }

  /**
   * The models as the last search found them, if nothing has changed since. A file of the last moments may be missing,
   * and so may those on a network disk, whose changes by other computers nobody reports: where one is missed, search.
   */
  async current(): Promise<FoundModel[]> {
    const isKnown = this.#known?.places === placesOf(this.#roots()) && this.#watch.isComplete;
    return isKnown ? this.#known!.models : this.search();
  }

  /** Walks through the folders, and watches them from now on. */
  async search(): Promise<FoundModel[]> {
    const roots = this.#roots();
    await this.#watch.watch(roots.map(({ folder }) => folder));
    const known = { places: placesOf(roots), models: findModels(roots, this.#descriptions) };
    this.#known = known;
    try {
      return await known.models;
    } catch (error) {
      if (this.#known === known) this.#known = undefined;
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#watch.close();
  }
}

function placesOf(roots: readonly ModelRoot[]): string {
  return roots.map(({ folder }) => folder).join('\n');
}
