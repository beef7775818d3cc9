/** Watches folders for model files that are added, changed or removed. */
import { type FSWatcher, watch } from 'chokidar';
import { DEEPEST_FOLDER } from './found-models.ts';

/** Copying a file of gigabytes changes it all the time: a change is reported when it has been quiet for this long. */
const QUIET_MS = 500;

export interface FolderWatchOptions {
  /** Called at once for every change. */
  readonly onTouch: () => void;
  /** Called once for changes that follow each other closely. */
  readonly onChange: () => void;
  readonly quietMs?: number;
}

export class FolderWatch {
  readonly #options: FolderWatchOptions;
  #watcher: FSWatcher | undefined;
  #folders: readonly string[] = [];
  #ready: Promise<void> = Promise.resolve();
  /** Ends the wait for a watcher that is closed before it is ready: it never will be. */
  #giveUp: () => void = () => undefined;
  #isClosed = false;
  #isComplete = true;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: FolderWatchOptions) {
    this.#options = options;
  }

  /** Whether every folder is watched: one may be unreadable, and the system limits how many can be. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  /**
   * Watches these folders instead of those before; ones that do not exist yet are noticed when they are made.
   *
   * @returns when changes from now on are noticed, in these folders or in those that have replaced them meanwhile;
   * at once after {@link close}
   */
  async watch(folders: readonly string[]): Promise<void> {
    if (this.#isClosed) return;
    if (this.#watcher === undefined || folders.join('\n') !== this.#folders.join('\n')) {
      this.#folders = [...folders];
      this.#ready = this.#begin(folders, this.#watcher);
    }
    let ready: Promise<void>;
    do {
      ready = this.#ready;
      await ready;
    } while (ready !== this.#ready);
  }

  async #begin(folders: readonly string[], before: FSWatcher | undefined): Promise<void> {
    this.#isComplete = true;
    const watcher = watch([...folders], {
      ignoreInitial: true,
      depth: DEEPEST_FOLDER,
      ignored: (path, stats) =>
        stats?.isFile() === true && !/\.(json|safetensors|png|jpe?g|webp)$/i.test(path),
    });
    this.#watcher = watcher;
    this.#giveUp();
    const ready = new Promise<void>((resolve) => {
      this.#giveUp = resolve;
      watcher.once('ready', () => resolve());
    });
    watcher.on('all', () => this.#changed());
    // A folder that may not be read is left out by the search, too.
    watcher.on('error', () => {
      if (watcher === this.#watcher) this.#isComplete = false;
      this.#changed();
    });
    await before?.close();
    await ready;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#giveUp();
    clearTimeout(this.#timer);
    await this.#watcher?.close();
    this.#watcher = undefined;
  }

  #changed(): void {
    const { onTouch, onChange, quietMs = QUIET_MS } = this.#options;
    onTouch();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(onChange, quietMs);
  }
}
