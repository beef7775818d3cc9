/** Something that is opened when it is first needed, given back, and opened again when it is needed again. */
interface Releasable {
  release(): Promise<void>;
}

export class OpenedOnce<Value extends Releasable | undefined> {
  readonly #open: (signal: AbortSignal | undefined) => Promise<Value>;
  #opened: Promise<Value> | undefined;

  constructor(open: (signal: AbortSignal | undefined) => Promise<Value>) {
    this.#open = open;
  }

  /** @throws what opening throws; then the next call tries again */
  get(signal?: AbortSignal): Promise<Value> {
    this.#opened ??= this.#open(signal).catch((error: unknown) => {
      this.#opened = undefined;
      throw error;
    });
    return this.#opened;
  }

  /** Does nothing when it is not open. */
  async release(): Promise<void> {
    const opened = this.#opened;
    this.#opened = undefined;
    await (await opened?.catch(() => undefined))?.release();
  }
}
