/** Counts prompts in the tokens of the model that is in use. */
import { openPromptCounter } from '../inference/packs/prompt-counter.ts';

type PromptCounter = Awaited<ReturnType<typeof openPromptCounter>>;

export class PromptCounters {
  /** Of the last model: opening a large vocabulary takes half a second. */
  #last: { readonly key: string; readonly counter: Promise<PromptCounter> } | undefined;

  /**
   * @param folder of the model, or a single file
   * @param embeddingFiles that prompts may name
   * @throws StudioError PACK_INCOMPLETE, MODEL_INVALID
   */
  async count(
    folder: string,
    prompt: string,
    embeddingFiles: readonly string[] = [],
  ): Promise<ReturnType<PromptCounter>> {
    const key = [folder, ...embeddingFiles].join('\n');
    if (this.#last?.key !== key) {
      const last = { key, counter: openPromptCounter(folder, embeddingFiles) };
      this.#last = last;
      // A model that cannot be opened is opened again when it is asked for again.
      last.counter.catch(() => {
        if (this.#last === last) this.#last = undefined;
      });
    }
    return (await this.#last.counter)(prompt);
  }

  /** The files of a model have changed. */
  forget(): void {
    this.#last = undefined;
  }
}
