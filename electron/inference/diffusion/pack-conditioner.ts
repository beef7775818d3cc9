/** What the conditioners of packs have in common. */
import * as ort from 'onnxruntime-node';
import type { PromptConditioner } from '../../pipeline/ports.ts';
import type { OpenedEmbedding } from '../packs/embeddings.ts';
import type { EncoderEmbeddings } from './prompt-embeddings.ts';

/** A pack's text encoders behind their tokenizers. */
export interface PackConditioner extends PromptConditioner {
  /** How many tokens of a prompt are cut off because it is too long. */
  droppedTokens(prompt: string): number;
  /** The embeddings that fit the encoders. */
  readonly embeddings: readonly OpenedEmbedding[];
  /** Releases the sessions. */
  release(): Promise<void>;
}

/** The inputs of a text encoder for one pass. */
export function encoderInputs(ids: readonly number[], { table, rows }: EncoderEmbeddings) {
  return {
    input_ids: new ort.Tensor('int64', BigInt64Array.from(ids, BigInt), [1, ids.length]),
    extra_vectors: new ort.Tensor('float32', table, [rows, table.length / rows]),
  };
}

/** Most encoded prompts that are kept; one of SD 2.x takes 315 kB, one of SDXL 640 kB. */
const MOST_PROMPTS = 64;

/** Encoded prompts, the last ones used: the same prompts come back with every change of a parameter. */
export class KeptPrompts<Encoded> {
  readonly #kept = new Map<string, Encoded>();

  /** The prompt's encoding, made by `encode` unless it is kept. */
  async get(prompt: string, encode: () => Promise<Encoded>): Promise<Encoded> {
    const encoded = this.#kept.get(prompt) ?? (await encode());
    this.#kept.delete(prompt);
    this.#kept.set(prompt, encoded);
    if (this.#kept.size > MOST_PROMPTS) this.#kept.delete(this.#kept.keys().next().value!);
    return encoded;
  }
}
