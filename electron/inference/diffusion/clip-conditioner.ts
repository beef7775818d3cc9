/** The PromptConditioner of ports.ts for models with one text encoder: SD 1.x, 2.x and the starter pack. */
import type { PromptConditioning } from '../../pipeline/ports.ts';
import type { TokenizedPrompt } from '../../pipeline/processors/clip-tokenizer.ts';
import { joinPasses, passesOfPrompt, weighStates } from '../../pipeline/processors/weighted-prompt.ts';
import { type Tensor, tensor } from '../../pipeline/tensor/tensor.ts';
import type { OpenedEmbedding } from '../packs/embeddings.ts';
import type { LazySession } from '../runtime/lazy-session.ts';
import { encoderInputs, KeptPrompts, type PackConditioner } from './pack-conditioner.ts';
import { type EncoderEmbeddings, embeddingsOfEncoder } from './prompt-embeddings.ts';

/**
 * The conditioning of SD 1.x and 2.x is the last hidden state after the final layer norm (the configuration of
 * SD 2.x has one layer less than its model was trained with, for that purpose).
 */
export class ClipConditioner implements PackConditioner {
  readonly #session: LazySession<'text_encoder'>;
  readonly #tokenize: (prompt: string) => TokenizedPrompt;
  readonly #embeddings: EncoderEmbeddings;
  readonly embeddings: readonly OpenedEmbedding[];
  readonly #kept = new KeptPrompts<Tensor>();

  constructor(
    session: LazySession<'text_encoder'>,
    tokenize: (prompt: string) => TokenizedPrompt,
    embeddings: readonly OpenedEmbedding[],
  ) {
    this.embeddings = embeddings;
    this.#embeddings = embeddingsOfEncoder(embeddings, 0, session.metadata);
    this.#session = session;
    this.#tokenize = tokenize;
  }

  droppedTokens(prompt: string): number {
    return passesOfPrompt(prompt, this.#tokenize, this.#embeddings.splitWords).droppedTokens;
  }

  async condition(prompt: string): Promise<PromptConditioning> {
    return { promptEmbedding: await this.#kept.get(prompt, () => this.#encode(prompt)) };
  }

  async conditionNegative(negativePrompt: string): Promise<PromptConditioning> {
    return this.condition(negativePrompt);
  }

  async release(): Promise<void> {
    await this.#session.release();
  }

  /** @returns dims [tokens, hidden] */
  async #encode(prompt: string): Promise<Tensor> {
    const session = await this.#session.get();
    const states: Tensor[] = [];
    for (const { ids, weights } of passesOfPrompt(prompt, this.#tokenize, this.#embeddings.splitWords)
      .passes) {
      const { last_hidden_state: state } = await session.run(encoderInputs(ids, this.#embeddings), [
        'last_hidden_state',
      ]);
      const [, tokens, hidden] = state!.dims as [number, number, number];
      states.push(weighStates(tensor(state!.data as Float32Array, [tokens, hidden]), weights));
    }
    return joinPasses(states);
  }
}
