/** Watches folders for model files that are added, changed or removed. */
import { type FSWatcher, watch } from 'chokidar';
import { DEEPEST_FOLDER } from './found-models.ts';

/** Copying a file of gigabytes changes it all the time: a change is reported when it has been quiet for this long. */
const QUIET_MS = 500;

export class FolderWatch {
  readonly #onChange: () => void;
  readonly #quietMs: number;
  #watcher: FSWatcher | undefined;
  #folders: readonly string[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** @param onChange called once for changes that follow each other closely */
  constructor(onChange: () => void, quietMs = QUIET_MS) {
    this.#onChange = onChange;
    this.#quietMs = quietMs;
  }

  /**
   * Watches these folders instead of those before; ones that do not exist yet are noticed when they are made.
   *
   * @returns when changes from now on are noticed
   */
  async watch(folders: readonly string[]): Promise<void> {
    if (this.#watcher !== undefined && folders.join('\n') === this.#folders.join('\n')) return;
    this.#folders = [...folders];
    const before = this.#watcher;
    const watcher = watch([...folders], {
      ignoreInitial: true,
      depth: DEEPEST_FOLDER,
      ignored: (path, stats) => stats?.isFile() === true && !/\.(safetensors|png|jpe?g|webp)$/i.test(path),
    });
    this.#watcher = watcher;
    const ready = new Promise<void>((resolve) => watcher.once('ready', () => resolve()));
    watcher.on('all', () => this.#changed());
    // A folder that may not be read is reported by the search, which names it.
    watcher.on('error', () => this.#changed());
    await before?.close();
    await ready;
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#watcher?.close();
    this.#watcher = undefined;
  }

  #changed(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#onChange, this.#quietMs);
  }
}
