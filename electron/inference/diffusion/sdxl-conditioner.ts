/**
 * The PromptConditioner of ports.ts for Stable Diffusion XL: two text encoders.
 *
 * It uses the states before the last layer of both, without the final layer norm, joined along the width (768 + 1280
 * = 2048); the second encoder's projected end-of-text state is the pooled embedding. The time ids state the picture's
 * size and that nothing was cropped.
 *
 * Source: Podell et al., "SDXL" (arXiv 2307.01952), sections 2.1 and 2.2; diffusers' StableDiffusionXLPipeline, its
 * `encode_prompt` and `_get_add_time_ids`.
 */
import type * as ort from 'onnxruntime-node';
import type { PromptConditioning } from '../../pipeline/ports.ts';
import type { TokenizedPrompt } from '../../pipeline/processors/clip-tokenizer.ts';
import { joinPasses, passesOfPrompt, weighStates } from '../../pipeline/processors/weighted-prompt.ts';
import { elementCount, type Tensor, tensor } from '../../pipeline/tensor/tensor.ts';
import type { OpenedEmbedding } from '../packs/embeddings.ts';
import type { LazySession } from '../runtime/lazy-session.ts';
import { encoderInputs, KeptPrompts, type PackConditioner } from './pack-conditioner.ts';
import { type EncoderEmbeddings, embeddingsOfEncoder } from './prompt-embeddings.ts';

/** One of the two encoders. */
export interface SdxlTextEncoder {
  readonly session: LazySession<'text_encoder'> | LazySession<'text_encoder_2'>;
  readonly tokenize: (prompt: string) => TokenizedPrompt;
  readonly embeddings: EncoderEmbeddings;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** A prompt in the terms of both encoders. */
interface EncodedPrompt {
  /** dims [tokens, hidden]. */
  readonly promptEmbedding: Tensor;
  /** dims [textDim]. */
  readonly textEmbedding: Tensor;
}

export class SdxlConditioner implements PackConditioner {
  readonly #first: SdxlTextEncoder;
  readonly #second: SdxlTextEncoder;
  readonly #zerosForEmpty: boolean;
  readonly embeddings: readonly OpenedEmbedding[];
  readonly #kept = new KeptPrompts<EncodedPrompt>();

  /**
   * @param zerosForEmpty `force_zeros_for_empty_prompt` of model_index.json: without a negative prompt the negative
   *   embeddings are zeros
   */
  constructor(
    first: Omit<SdxlTextEncoder, 'embeddings'>,
    second: Omit<SdxlTextEncoder, 'embeddings'>,
    zerosForEmpty: boolean,
    embeddings: readonly OpenedEmbedding[],
  ) {
    const [ofFirst, ofSecond] = [first, second].map(({ session }, index) =>
      embeddingsOfEncoder(embeddings, index, session.metadata),
    );
    this.embeddings = embeddings;
    this.#first = { ...first, embeddings: ofFirst! };
    this.#second = { ...second, embeddings: ofSecond! };
    this.#zerosForEmpty = zerosForEmpty;
  }

  /** Tokens that do not fit into the shorter encoder. */
  droppedTokens(prompt: string): number {
    const dropped = ({ tokenize, embeddings }: SdxlTextEncoder) =>
      passesOfPrompt(prompt, tokenize, embeddings.splitWords).droppedTokens;
    return Math.max(dropped(this.#first), dropped(this.#second));
  }

  async condition(prompt: string, size: Size): Promise<PromptConditioning> {
    const { promptEmbedding, textEmbedding } = await this.#kept.get(prompt, () => this.#encode(prompt));
    return { promptEmbedding, added: { textEmbedding, timeIds: timeIds(size) } };
  }

  async conditionNegative(negativePrompt: string, size: Size): Promise<PromptConditioning> {
    const conditioning = await this.condition(negativePrompt, size);
    if (negativePrompt !== '' || !this.#zerosForEmpty) return conditioning;
    const { promptEmbedding, added } = conditioning;
    return {
      promptEmbedding: zerosLike(promptEmbedding),
      added: { textEmbedding: zerosLike(added!.textEmbedding), timeIds: added!.timeIds },
    };
  }

  async #encode(prompt: string): Promise<EncodedPrompt> {
    const first = await encode(this.#first, prompt, []);
    const second = await encode(this.#second, prompt, ['text_embeds']);
    return { promptEmbedding: joinWidths(first.states, second.states), textEmbedding: second.pooled! };
  }

  async release(): Promise<void> {
    await this.#first.session.release();
    await this.#second.session.release();
  }
}

/** Original size, crop, target size. */
function timeIds({ width, height }: Size): number[] {
  return [height, width, 0, 0, height, width];
}

async function encode(
  { session, tokenize, embeddings }: SdxlTextEncoder,
  prompt: string,
  further: readonly string[],
): Promise<{ states: Tensor; pooled: Tensor | undefined }> {
  const opened = await session.get();
  const firstRow = ({ data, dims }: ort.Tensor) => tensor(data as Float32Array, dims.slice(1));
  const states: Tensor[] = [];
  let pooled: Tensor | undefined;
  for (const { ids, weights } of passesOfPrompt(prompt, tokenize, embeddings.splitWords).passes) {
    const outputs = await opened.run(encoderInputs(ids, embeddings), [
      'penultimate_hidden_state',
      ...further,
    ]);
    states.push(weighStates(firstRow(outputs.penultimate_hidden_state!), weights));
    // The first pass represents the whole prompt.
    pooled ??= outputs.text_embeds && firstRow(outputs.text_embeds);
  }
  return { states: joinPasses(states), pooled };
}

/** [tokens, a] and [tokens, b] to [tokens, a + b]. */
function joinWidths(first: Tensor, second: Tensor): Tensor {
  const [tokens, firstWidth] = first.dims as [number, number];
  const [, secondWidth] = second.dims as [number, number];
  const width = firstWidth + secondWidth;
  const joined = new Float32Array(tokens * width);
  for (let token = 0; token < tokens; token++) {
    joined.set(first.data.subarray(token * firstWidth, (token + 1) * firstWidth), token * width);
    joined.set(
      second.data.subarray(token * secondWidth, (token + 1) * secondWidth),
      token * width + firstWidth,
    );
  }
  return tensor(joined, [tokens, width]);
}

function zerosLike({ dims }: Tensor): Tensor {
  return tensor(new Float32Array(elementCount(dims)), dims);
}
