/** The TextEncoder of ports.ts over ONNX Runtime: a CLIP text model behind the pack's tokenizer. */
import * as ort from 'onnxruntime-node';
import type { TextEncoder } from '../../pipeline/ports.ts';
import type { TokenizedPrompt } from '../../pipeline/processors/clip-tokenizer.ts';
import { joinPasses, passesOfPrompt, weighStates } from '../../pipeline/processors/weighted-prompt.ts';
import { type Tensor, tensor } from '../../pipeline/tensor/tensor.ts';
import type { LazySession } from '../runtime/lazy-session.ts';

/** Most cached embeddings; one of SD 2.x takes 315 kB. */
const KEPT_PROMPTS = 64;

/**
 * Encodes prompts and caches embeddings, since the same prompts come back with every change of a parameter.
 *
 * The conditioning of SD 1.x and 2.x is the last hidden state after the final layer norm (the configuration of
 * SD 2.x has one layer less than its model was trained with, for that purpose).
 */
export class OnnxTextEncoder implements TextEncoder {
  readonly #session: LazySession;
  readonly #tokenize: (prompt: string) => TokenizedPrompt;
  readonly #embeddings = new Map<string, Tensor>();

  constructor(session: LazySession, tokenize: (prompt: string) => TokenizedPrompt) {
    this.#session = session;
    this.#tokenize = tokenize;
  }

  /** How many tokens of a prompt are cut off because it is too long. */
  droppedTokens(prompt: string): number {
    return passesOfPrompt(prompt, this.#tokenize).droppedTokens;
  }

  async encode(prompts: readonly string[]): Promise<Tensor[]> {
    const missing = [...new Set(prompts)].filter((prompt) => !this.#embeddings.has(prompt));
    const encoded = new Map(this.#embeddings);
    // One prompt per call: an embedding must not depend on the others in its batch.
    for (const prompt of missing) encoded.set(prompt, await this.#encodeOne(prompt));
    for (const [prompt, embedding] of encoded) this.#keep(prompt, embedding);
    return prompts.map((prompt) => encoded.get(prompt)!);
  }

  /** @returns dims [tokens, hidden] */
  async #encodeOne(prompt: string): Promise<Tensor> {
    const session = await this.#session.get();
    const states: Tensor[] = [];
    for (const { ids, weights } of passesOfPrompt(prompt, this.#tokenize).passes) {
      const { last_hidden_state: state } = await session.run(
        { input_ids: new ort.Tensor('int64', BigInt64Array.from(ids, BigInt), [1, ids.length]) },
        ['last_hidden_state'],
      );
      const [, tokens, hidden] = state!.dims as [number, number, number];
      states.push(weighStates(tensor(state!.data as Float32Array, [tokens, hidden]), weights));
    }
    return joinPasses(states);
  }

  #keep(prompt: string, embedding: Tensor): void {
    this.#embeddings.delete(prompt);
    this.#embeddings.set(prompt, embedding);
    if (this.#embeddings.size > KEPT_PROMPTS) this.#embeddings.delete(this.#embeddings.keys().next().value!);
  }
}
