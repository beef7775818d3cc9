/** The PromptConditioner of ports.ts for models with one text encoder: SD 1.x, 2.x and the starter pack. */
import type { PromptConditioner, PromptConditioning, TextEncoder } from '../../pipeline/ports.ts';

export class TextEncoderConditioner implements PromptConditioner {
  readonly #textEncoder: TextEncoder;

  constructor(textEncoder: TextEncoder) {
    this.#textEncoder = textEncoder;
  }

  async condition(prompt: string): Promise<PromptConditioning> {
    const [promptEmbedding] = await this.#textEncoder.encode([prompt]);
    return { promptEmbedding: promptEmbedding! };
  }

  async conditionNegative(negativePrompt: string): Promise<PromptConditioning> {
    return this.condition(negativePrompt);
  }
}
