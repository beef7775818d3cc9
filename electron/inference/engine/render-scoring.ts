/**
 * Scores renders in the engine. Instruments are opened on first use and stay open for the next picture; the engine
 * releases them before any other work, which needs the memory.
 */

import { StudioError } from '../../contract/errors.ts';
import type { FramePack } from '../../contract/frame.ts';
import {
  areComparable,
  type EncoderFolders,
  type RenderScores,
  SCORES_VERSION,
} from '../../contract/picture-scores.ts';
import { describeModel, isSameModel, type RenderRequest } from '../../contract/render-request.ts';
import type { CutOut } from '../../foundation/pictures/placed-picture.ts';
import { REGION_THRESHOLD } from '../../pipeline/masks/region.ts';
import { imageToTensor, type RgbImage, tensorToImage } from '../../pipeline/processors/image.ts';
import { type Tensor, tensor } from '../../pipeline/tensor/tensor.ts';
import type { EngineModels } from '../diffusion/engine-models.ts';
import { decodeAll, decodeFrame, type PictureFile } from '../images/images.ts';
import type { ModelPack } from '../packs/model-pack.ts';
import { hearCancel } from '../runtime/cancelling.ts';
import { inStudioTerms } from '../runtime/studio-errors.ts';
import { LastPreparedScene, type PreparedScene } from '../scene/scene-assets.ts';
import type { AssetReader, ReadConcept } from '../scene/scene-concepts.ts';
import {
  describeInstruments,
  type Instruments,
  installedEncoders,
  openInstruments,
  releaseInstruments,
} from '../scoring/instruments.ts';
import {
  SCORING_STEPS,
  type ScoredConcept,
  type ScoredPicture,
  scoreInDetail,
} from '../scoring/picture-scores.ts';

export interface ScoringContext {
  readonly pack: ModelPack;
  readonly framePack: FramePack;
  readonly autoencoder: EngineModels['autoencoder'];
  readonly cacheFolder: string;
}

/** What to score. */
export interface ScoringOrder {
  readonly request: RenderRequest;
  /** The render's picture. */
  readonly result: PictureFile;
  /** Encoders outside the pack; null: the pack's own, if it has one. */
  readonly encoders: EncoderFolders;
  /** Its earlier scores: returned if they were made with the same instruments. */
  readonly known: RenderScores | null;
}

export interface ScoringControls {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { stage: 'score'; step: number; total: number }) => void;
}

/** What all renders of a scene are compared with. */
interface References {
  readonly prepared: PreparedScene;
  readonly background: RgbImage;
  readonly concepts: readonly ScoredConcept[];
  reproduced: RgbImage | undefined;
}

export class RenderScoring {
  readonly #context: ScoringContext;
  readonly #lastScene = new LastPreparedScene();
  #opened: { readonly key: string; readonly instruments: Instruments } | undefined;
  #references: References | undefined;

  constructor(context: ScoringContext) {
    this.#context = context;
  }

  /**
   * Scores a render: the part of the background that the model saw, at the model's size, so that a huge picture costs
   * no more than a small one.
   *
   * @throws StudioError PACK_UNKNOWN (made with another model), MASK_EMPTY, ASSET_MISSING, ASSET_INVALID,
   *   PACK_INCOMPLETE and MODEL_INVALID (an instrument's files), CANCELLED
   */
  async score(
    order: ScoringOrder,
    readAsset: AssetReader,
    controls: ScoringControls = {},
  ): Promise<RenderScores> {
    return inStudioTerms(() => this.#score(order, readAsset, controls));
  }

  /** Releases the instruments and forgets the scene; the next score opens them again. */
  async release(): Promise<void> {
    const opened = this.#opened;
    this.#opened = undefined;
    this.#references = undefined;
    this.#lastScene.clear();
    if (opened) await releaseInstruments(opened.instruments);
  }

  async #score(
    { request, result, encoders, known }: ScoringOrder,
    readAsset: AssetReader,
    { signal, onProgress }: ScoringControls,
  ): Promise<RenderScores> {
    const { identity } = this.#context.pack;
    // Embeddings affect no instrument, so those that the prompts name need not be open.
    const { embeddings: _, ...model } = request.pack;
    if (!isSameModel(model, identity)) {
      throw new StudioError(
        'PACK_UNKNOWN',
        `This render was made with ${describeModel(model)}; the model that is open is ` +
          `${describeModel(identity)}. Open that model to score it.`,
      );
    }
    let step = 0;
    // One step for the instruments, one for the scene.
    const between = async () => {
      onProgress?.({ stage: 'score', step: step++, total: SCORING_STEPS + 2 });
      await hearCancel(signal);
    };
    await between();
    const instruments = await this.#instruments(encoders);
    const described = { version: SCORES_VERSION, instruments: describeInstruments(instruments) };
    if (known !== null && areComparable(known, described)) return known;
    await between();
    const references = await this.#referencesOf(request, readAsset, signal);
    const picture = await this.#pictureOf(request, result, references);
    const { values, concepts } = await scoreInDetail(picture, instruments, between);
    return {
      ...described,
      values,
      concepts: request.scene.concepts.map(({ name }, index) => ({ name, values: concepts[index]! })),
    };
  }

  async #instruments(encoders: EncoderFolders): Promise<Instruments> {
    const { pack, cacheFolder } = this.#context;
    const own = installedEncoders(pack.folder);
    const folders = { clip: encoders.clip ?? own.clip, dinov2: encoders.dinov2 ?? own.dinov2 };
    const key = JSON.stringify(folders);
    if (this.#opened?.key !== key) {
      await this.release();
      this.#opened = { key, instruments: await openInstruments(pack.folder, folders, cacheFolder) };
    }
    return this.#opened.instruments;
  }

  async #referencesOf(
    request: RenderRequest,
    readAsset: AssetReader,
    signal: AbortSignal | undefined,
  ): Promise<References> {
    const { framePack, autoencoder } = this.#context;
    const limits = { pack: framePack, downscale: autoencoder.downscale };
    const prepared = await this.#lastScene.prepare(request, readAsset, limits, { ...(signal && { signal }) });
    // The same scene has the same concepts, as objects.
    if (this.#references?.prepared.concepts === prepared.concepts) return this.#references;
    const file = prepared.backgroundFile ?? (await readAsset(request.scene.background));
    const read: ScoredConcept[] = [];
    for (const [index, { mask }] of prepared.scene.concepts.entries()) {
      const concept = prepared.concepts[index]!;
      read.push(assertScorable(await scoredConcept(concept, mask, readAsset), concept.concept.name));
    }
    this.#references = {
      prepared,
      background: await decodeFrame(file, prepared.frame, viewportOf(prepared)),
      concepts: read,
      reproduced: undefined,
    };
    return this.#references;
  }

  async #pictureOf(
    { scene, parameters }: RenderRequest,
    file: PictureFile,
    references: References,
  ): Promise<ScoredPicture> {
    const { prepared, background, concepts } = references;
    const result = await decodeFrame(file, prepared.frame, viewportOf(prepared));
    let reproduced = background;
    if (!parameters.keepOriginalBackground) {
      references.reproduced ??= await this.#reproduce(background);
      reproduced = references.reproduced;
    }
    return { result, prompt: scene.prompt, concepts, background: { image: background, reproduced } };
  }

  async #reproduce(background: RgbImage): Promise<RgbImage> {
    const { autoencoder } = this.#context;
    return tensorToImage(await autoencoder.decode(await autoencoder.encode(imageToTensor(background))));
  }
}

/** A concept as it was given, and its visible region in the frame. */
async function scoredConcept(
  read: ReadConcept,
  region: Tensor,
  readAsset: AssetReader,
): Promise<ScoredConcept> {
  if (read.mode === 'replace') return { image: read.image, subject: read.subject, region };
  return {
    image: await decodeAll(await readAsset(read.concept.image)),
    subject: shapeOf(read.cutOut),
    region,
  };
}

/** A cut-out's opacity, dims [height, width] of it. */
function shapeOf({ width, height, data }: CutOut): Tensor {
  return tensor(
    Float32Array.from({ length: width * height }, (_, pixel) => data[4 * pixel + 3]! / 255),
    [height, width],
  );
}

/** @throws StudioError MASK_EMPTY */
function assertScorable(concept: ScoredConcept, name: string): ScoredConcept {
  const isThin = (mask: Tensor | null) => mask?.data.every((value) => value < REGION_THRESHOLD) ?? false;
  if (!isThin(concept.subject) && !isThin(concept.region)) return concept;
  throw new StudioError(
    'MASK_EMPTY',
    `"${name}" cannot be scored: no pixel of its ${isThin(concept.region) ? 'region' : 'subject mask'} is covered for more ` +
      'than half.',
  );
}

function viewportOf({ frame }: PreparedScene) {
  return { width: frame.modelWidth, height: frame.modelHeight };
}
