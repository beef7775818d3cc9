/** A resource that is opened on first use, released, and opened again on the next use. */
interface Releasable {
  release(): Promise<void>;
}

/** The first caller's argument for opening. */
export interface OpeningControls {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { stage: 'load'; step: number; total: number }) => void;
}

export class Lazy<Value extends Releasable | undefined> {
  readonly #open: (controls: OpeningControls) => Promise<Value>;
  #opened: Promise<Value> | undefined;

  constructor(open: (controls: OpeningControls) => Promise<Value>) {
    this.#open = open;
  }

  /** @throws what opening throws; the next call then tries again */
  get(controls: OpeningControls): Promise<Value> {
    this.#opened ??= this.#begin(controls);
    return this.#opened;
  }

  #begin(controls: OpeningControls): Promise<Value> {
    const opened = this.#open(controls);
    // It may have been released meanwhile and replaced by another.
    opened.catch(() => {
      if (this.#opened === opened) this.#opened = undefined;
    });
    return opened;
  }

  /** Does nothing if it is not open. */
  async release(): Promise<void> {
    const opened = this.#opened;
    this.#opened = undefined;
    await (await opened?.catch(() => undefined))?.release();
  }
}
