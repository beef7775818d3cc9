/** What an engine has to open for a scene: its own models, or the pack of the settings. */
import { type ModelChoice, NO_CHOICE } from '../../contract/model-choice.ts';
import type { EngineModel } from '../engine/engine-session.ts';
import type { ModelLibrary } from './model-library.ts';

export class SceneModels {
  readonly #library: Pick<ModelLibrary, 'require' | 'embeddings'>;
  readonly #componentsFolder: () => Promise<string>;

  /**
   * @param componentsFolder where models that prepare scenes are installed: a checkpoint of one file has none beside it
   */
  constructor(
    library: Pick<ModelLibrary, 'require' | 'embeddings'>,
    componentsFolder: () => Promise<string>,
  ) {
    this.#library = library;
    this.#componentsFolder = componentsFolder;
  }

  /** @throws StudioError MODEL_MISSING, MODEL_INVALID, CANCELLED */
  async engineModel(choice: ModelChoice | undefined, signal: AbortSignal): Promise<EngineModel> {
    // Prompts may name any of them; they are small.
    const embeddings = await this.#library.embeddings();
    const { checkpoint, vae, loras } = choice ?? NO_CHOICE;
    const found: { path: string; weight: number }[] = [];
    for (const { weight, ...file } of loras) {
      found.push({ path: await this.#library.require('LoRA', file, signal), weight });
    }
    return {
      ...(checkpoint !== null && {
        packFolder: await this.#library.require('checkpoint', checkpoint, signal),
        componentsFolder: await this.#componentsFolder(),
      }),
      ...(vae !== null && { vae: await this.#library.require('VAE', vae, signal) }),
      ...(found.length > 0 && { loras: found }),
      ...(embeddings.length > 0 && { embeddings }),
    };
  }
}
