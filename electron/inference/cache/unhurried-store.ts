/** A tensor store that nobody waits for: files are written while the models run. */
import type { TensorStore } from '../../pipeline/compose.ts';
import type { Tensor } from '../../pipeline/tensor/tensor.ts';

export class UnhurriedStore implements TensorStore {
  readonly #store: TensorStore;
  /** Of this run, whose files may not be written yet. */
  readonly #saved = new Map<string, readonly Tensor[]>();
  readonly #saving: Promise<void>[] = [];

  /** @param store reports its own failures; its `save` never rejects */
  constructor(store: TensorStore) {
    this.#store = store;
  }

  async load(key: string): Promise<readonly Tensor[] | undefined> {
    return this.#saved.get(key) ?? (await this.#store.load(key));
  }

  async save(key: string, tensors: readonly Tensor[]): Promise<void> {
    this.#saved.set(key, tensors);
    this.#saving.push(this.#store.save(key, tensors));
  }

  /** Resolves when everything is written, or reported. */
  async written(): Promise<void> {
    await Promise.all(this.#saving);
  }
}
