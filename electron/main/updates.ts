/**
 * Looks for a newer version of the program at the address that its publisher gave when it was packaged. Only when the
 * user has turned it on: the program never connects on its own otherwise.
 */

/** What is used of electron-updater's autoUpdater. */
export interface Updater {
  autoDownload: boolean;
  autoInstallOnAppQuit: boolean;
  on(event: 'update-downloaded', listener: (info: { readonly version: string }) => void): unknown;
  checkForUpdates(): Promise<unknown>;
}

export interface UpdatesOptions {
  /** The packaged program has the address of updates (build/builder-config.ts). */
  readonly hasAddress: boolean;
  /** Loads electron-updater, which is not needed otherwise. */
  readonly load: () => Promise<Updater>;
  /** A newer version is there, and will be installed when the program ends. */
  readonly onReady: (version: string) => void;
  readonly onFault: (error: unknown) => void;
}

export class Updates {
  readonly #options: UpdatesOptions;
  #updater: Promise<Updater> | undefined;
  #isOn = false;

  constructor(options: UpdatesOptions) {
    this.#options = options;
  }

  /**
   * Follows the setting: looks once when it is turned on, or when the program starts with it. Turned off, it takes effect
   * at the next start for a version that has been downloaded already.
   */
  async follow(isWanted: boolean): Promise<void> {
    const isTurnedOn = isWanted && !this.#isOn;
    this.#isOn = isWanted;
    if (!isTurnedOn || !this.#options.hasAddress) return;
    try {
      this.#updater ??= this.#load();
      await (await this.#updater).checkForUpdates();
    } catch (error) {
      // Without a connection the program works as before; the log says why there was no answer.
      this.#options.onFault(error);
    }
  }

  async #load(): Promise<Updater> {
    const updater = await this.#options.load();
    updater.autoDownload = true;
    updater.autoInstallOnAppQuit = true;
    updater.on('update-downloaded', ({ version }) => this.#options.onReady(version));
    return updater;
  }
}
