/**
 * The engine: a render request in, a picture out. It owns the sessions of one model pack on one device, and the
 * caches; its opener releases it.
 */

import { join } from 'node:path';
import { splitAtEmbeddings, withEmbeddings } from '../../contract/embedding-names.ts';
import { StudioError } from '../../contract/errors.ts';
import type { FramePack, ResolvedFrame } from '../../contract/frame.ts';
import { type Notice, notice } from '../../contract/notices.ts';
import type { RenderParameters } from '../../contract/parameters.ts';
import type { DeviceReport, RenderProgress, RenderStage } from '../../contract/progress.ts';
import {
  describeModel,
  isSameModel,
  type RenderRequest,
  renderRequestSchema,
} from '../../contract/render-request.ts';
import { MAX_CONCEPTS } from '../../contract/scene-file.ts';
import { defaultCacheFolder } from '../../foundation/folders.ts';
import { validateInput } from '../../foundation/validate.ts';
import {
  type ComposeParameters,
  composeDecoded,
  fadeOf,
  type NamedImage,
  type RunStore,
} from '../../pipeline/compose.ts';
import type { PnpMixResult } from '../../pipeline/pnp-mix-types.ts';
import type { RunControls } from '../../pipeline/ports.ts';
import type { RgbImage } from '../../pipeline/processors/image.ts';
import type { Tensor } from '../../pipeline/tensor/tensor.ts';
import { ConceptAttentionCache } from '../cache/concept-attention-cache.ts';
import { DiskTensorStore } from '../cache/tensor-store.ts';
import { UnhurriedStore } from '../cache/unhurried-store.ts';
import { OnnxAutoencoder } from '../diffusion/autoencoder.ts';
import type { EngineModels } from '../diffusion/engine-models.ts';
import { fitLatentPreview, type LatentPreview } from '../diffusion/latent-preview.ts';
import { openConditioner } from '../diffusion/open-conditioner.ts';
import { OnnxUnet } from '../diffusion/unet.ts';
import { assertInvertible } from '../packs/distilled-model.ts';
import { framePackOf } from '../packs/frame-pack.ts';
import type { ModelChanges } from '../packs/model-changes.ts';
import { type ModelPack, openModelPack } from '../packs/model-pack.ts';
import { assertAutoencoderFits } from '../packs/pack-fit.ts';
import { chooseDevice, type DeviceChoice, type EngineDevice } from '../runtime/devices.ts';
import { LazySession } from '../runtime/lazy-session.ts';
import { StageSessions } from '../runtime/stage-sessions.ts';
import { asStudioError, inStudioTerms } from '../runtime/studio-errors.ts';
import { beginFullSize } from '../scene/full-size.ts';
import { keepPictures } from '../scene/kept-pictures.ts';
import { LastPreparedScene } from '../scene/scene-assets.ts';
import type { AssetReader } from '../scene/scene-concepts.ts';
import { Preparation } from './preparation.ts';
import { RenderScoring } from './render-scoring.ts';
import { StageClock } from './stage-clock.ts';

/** Options for opening an engine. */
export interface EngineOptions {
  /** Folder of a pack, or a single-file checkpoint. */
  readonly packFolder: string;
  /** Where models that prepare scenes are; by default in and beside the pack. */
  readonly componentsFolder?: string | undefined;
  /** An autoencoder that replaces the pack's own, and LoRAs. */
  readonly vae?: ModelChanges['vae'];
  readonly loras?: ModelChanges['loras'];
  /** Files of textual-inversion embeddings that prompts may name. */
  readonly embeddings?: readonly string[] | undefined;
  /** 'auto' by default. */
  readonly device?: DeviceChoice;
  /** {@link defaultCacheFolder} by default. */
  readonly cacheFolder?: string;
  /** Size limit of the tensor store; its own by default. */
  readonly cacheLimitBytes?: number;
  /** Max batch size: U-Net rows per call; null, the default: as many as fit. */
  readonly rowsAtOnce?: number | null;
  /** Keep only the models of the stage in use; false by default. */
  readonly lowMemory?: boolean | undefined;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: RenderProgress) => void;
}

/** Options of a render that do not change its picture. */
export interface RenderControls {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: RenderProgress) => void;
  /** Called with a small preview, one pixel per latent element; costs next to nothing. */
  readonly onPreview?: (image: RgbImage, step: number, total: number, frame: ResolvedFrame) => void;
  /** Called with tensors by name (docs/trace.md). */
  readonly onTrace?: RunControls['onTrace'];
}

/** The result of a render. */
export interface RenderOutcome {
  /** Has the background's size. */
  readonly image: RgbImage;
  /** The part of the background that the model saw. */
  readonly frame: ResolvedFrame;
  readonly request: RenderRequest;
  readonly device: DeviceReport;
  /** Notices for the user: what was filled in, omitted or changed during the render. */
  readonly notices: readonly Notice[];
  /** Milliseconds by stage; 'load' includes reading and checking the pictures. */
  readonly timingsMs: Readonly<Record<RenderStage, number>>;
  readonly totalMs: number;
  /** Milliseconds inside the U-Net, of `totalMs`. */
  readonly unetMs: number;
  /** U-Net rows run. */
  readonly unetRows: number;
  /** Largest resident size of the process so far. */
  readonly peakMemoryBytes: number;
  readonly blend: PnpMixResult;
}

/** A request's parameters in the method's terms. */
export function methodParameters(parameters: RenderParameters): ComposeParameters {
  return {
    steps: parameters.steps,
    seed: parameters.seed,
    beta: parameters.beta,
    guidanceScale: parameters.guidanceScale,
    swapGuidanceScale: parameters.swapGuidanceScale,
    attentionLayers: parameters.attentionLayers,
    attentionSteps: parameters.attentionSteps,
    startAt: parameters.startAt,
    solver: parameters.solver,
    regionGrowPx: parameters.regionGrowPx,
    bandLatent: parameters.bandLatent,
    featherPx: parameters.featherPx,
    expandLatent: parameters.expandLatent,
    ablation: parameters.ablation,
    keepOriginalBackground: parameters.keepOriginalBackground,
    edgePx: parameters.blendEdgePx,
  };
}

/** Version of the computation of stored tensors; a change invalidates older ones. */
const STORE_VERSION = 3;

/**
 * Everything in a pack that a stored tensor depends on: the weights, and the small files that configure them. After
 * editing a prediction type, scaling factor or pad token, older tensors must not be used.
 */
function meaningOf({ identity, checkpoint, schedule, tokenize }: ModelPack): unknown {
  const configs = [...checkpoint.components].map(([name, { config }]) => [name, config]);
  const { weights, vae, loras } = identity;
  return [weights, vae?.sha256, loras, configs, schedule, tokenize('').ids];
}

export class Engine {
  readonly pack: ModelPack;
  readonly device: DeviceReport;
  readonly models: EngineModels;
  /** The sizes that the pack works at. */
  readonly framePack: FramePack;
  /** Backgrounds from prompts, masks, and removing objects. */
  readonly preparation: Preparation;
  readonly scoring: RenderScoring;
  readonly #sessions: readonly { release(): Promise<void> }[];
  readonly #cacheFolder: string;
  readonly #cacheLimitBytes: number | undefined;
  readonly #storeSalt: string;
  readonly #attentionCache = new ConceptAttentionCache();
  readonly #lastScene = new LastPreparedScene();

  private constructor(
    pack: ModelPack,
    device: EngineDevice,
    { conditioner, unet }: Pick<EngineModels, 'conditioner' | 'unet'>,
    { cacheFolder, cacheLimitBytes, componentsFolder }: EngineOptions & { readonly cacheFolder: string },
  ) {
    this.pack = pack;
    this.device = device.report;
    this.#cacheFolder = cacheFolder;
    this.#cacheLimitBytes = cacheLimitBytes;
    const { precision } = device;
    this.#storeSalt = JSON.stringify([STORE_VERSION, meaningOf(pack), device.report.device, precision]);
    const autoencoder = new OnnxAutoencoder(pack.checkpoint, device);
    this.#sessions = [conditioner, unet, autoencoder];
    this.models = { conditioner, unet, autoencoder, schedule: pack.schedule };
    this.framePack = framePackOf(pack, this.models.autoencoder.downscale);
    assertAutoencoderFits(unet, autoencoder);
    const { models, framePack } = this;
    this.preparation = new Preparation({
      pack,
      device,
      models,
      framePack,
      cacheFolder,
      componentsFolder: componentsFolder ?? pack.folder,
    });
    this.scoring = new RenderScoring({ pack, framePack, autoencoder, cacheFolder });
  }

  /**
   * Opens a pack on a device. Sessions are created on first use.
   *
   * @throws StudioError DEVICE_UNAVAILABLE, and what {@link openModelPack} throws
   */
  static async open(options: EngineOptions): Promise<Engine> {
    const cacheFolder = options.cacheFolder ?? defaultCacheFolder();
    const { signal, onProgress } = options;
    const chosen = await chooseDevice(options.device ?? 'auto');
    const device = options.lowMemory ? { ...chosen, stages: new StageSessions() } : chosen;
    const { vae, loras, embeddings } = options;
    const pack = await openModelPack(options.packFolder, {
      cacheFolder,
      changes: { vae, loras },
      embeddings,
      ...(signal && { signal }),
      onProgress: (step, total) => onProgress?.({ stage: 'load', step, total }),
    });
    const { rowsAtOnce = null } = options;
    return await inStudioTerms(async () => {
      const unetSession = new LazySession(pack.checkpoint, 'unet', { precision: device.precision }, device);
      const conditioner = await openConditioner(pack, unetSession.metadata, device);
      const unet = new OnnxUnet(unetSession, device, rowsAtOnce);
      return new Engine(pack, device, { conditioner, unet }, { ...options, cacheFolder });
    });
  }

  /**
   * Renders a request.
   *
   * @param readAsset reads the request's files by content hash
   * @throws StudioError CANCELLED, CONCEPT_COUNT, ASSET_MISSING, ASSET_INVALID, SIZE_MISMATCH, MASK_EMPTY, PARAMETER_INVALID,
   *   PACK_UNKNOWN (the request is for other weights), NON_FINITE, OUT_OF_MEMORY, MODEL_INVALID (also for a model that
   *   cannot invert)
   */
  async render(
    request: RenderRequest,
    readAsset: AssetReader,
    controls: RenderControls = {},
  ): Promise<RenderOutcome> {
    return inStudioTerms(() => this.#render(request, readAsset, controls));
  }

  /** Releases all sessions and memory caches. The engine can still render: it creates them again. */
  async release(): Promise<void> {
    this.#attentionCache.clear();
    this.#lastScene.clear();
    await this.preparation.release();
    await this.scoring.release();
    for (const session of this.#sessions) await session.release();
  }

  async #render(
    request: RenderRequest,
    readAsset: AssetReader,
    controls: RenderControls,
  ): Promise<RenderOutcome> {
    this.#checkRequest(request);
    const { unet, autoencoder } = this.models;
    const { parameters } = request;
    const startMs = performance.now();
    const unetStartMs = unet.runMs;
    const clock = new StageClock(startMs);
    const notices: Notice[] = [];
    const limits = { pack: this.framePack, downscale: autoencoder.downscale };
    const prepared = await this.#lastScene.prepare(request, readAsset, limits, controls);
    const { scene } = prepared;
    notices.push(...prepared.notices, ...this.#promptNotices(request));
    clock.charge('load');
    controls.onProgress?.({ stage: 'load', step: 1, total: 1 });

    const files = new DiskTensorStore({
      folder: join(this.#cacheFolder, 'tensors'),
      salt: this.#storeSalt + JSON.stringify(request.pack.embeddings ?? []),
      ...(this.#cacheLimitBytes !== undefined && { limitBytes: this.#cacheLimitBytes }),
      onUnwritable: () => {
        if (notices.some(({ code }) => code === 'CACHE_UNWRITABLE')) return;
        notices.push(notice('CACHE_UNWRITABLE', { folder: this.#cacheFolder }));
      },
    });
    const store = new UnhurriedStore(files);
    const { onPreview } = controls;
    let preview: LatentPreview | undefined;
    /** A failed preview must not fail the render: continue without it, with a notice. */
    const orNoPreviews = (error: unknown) => {
      preview = undefined;
      const failure = asStudioError(error);
      if (failure.code === 'CANCELLED') throw error;
      notices.push(notice('PREVIEWS_FAILED', { failure }));
    };
    const runStore: RunStore = {
      load: (key) => store.load(key),
      save: (key, tensors) => store.save(key, tensors),
      attentionCache: this.#attentionCache.forRun(),
    };
    const method = methodParameters(parameters);
    const pasteResult = beginFullSize({
      prepared,
      parameters: method,
      fade: fadeOf(method, autoencoder.downscale),
      background: request.scene.background,
      readAsset,
      ...(controls.signal && { signal: controls.signal }),
    });
    const composition = await composeDecoded(this.models, scene, method, runStore, {
      ...(controls.signal && { signal: controls.signal }),
      ...(controls.onTrace && { onTrace: controls.onTrace }),
      onProgress: (progress) => {
        clock.charge(progress.stage);
        controls.onProgress?.(progress);
      },
      ...(onPreview && {
        onEncoded: async (inputs) => {
          const of = (image: NamedImage, latents: Tensor) => ({ image: image.pixels, latents });
          const samples = [
            of(scene.background, inputs.background.latents),
            ...scene.concepts.map(({ image }, index) => of(image, inputs.concepts[index]!.latents)),
          ];
          try {
            preview = await fitLatentPreview(samples, autoencoder.downscale, controls.signal);
          } catch (error) {
            orNoPreviews(error);
          }
        },
        onPreview: (latents, step, total) => {
          if (preview === undefined) return;
          try {
            onPreview(preview(latents), step, total, prepared.frame);
          } catch (error) {
            orNoPreviews(error);
          }
        },
      }),
      onBatchReduced: (rows) => {
        notices.push(notice('MEMORY_SHORT', { rows }));
      },
    });
    controls.onTrace?.('final/latents', composition.blend.latents);
    const kept = await keepPictures(autoencoder, { request, prepared, composition }, store, controls.signal);
    notices.push(...kept.notices);
    const image = await pasteResult({ composition, detail: parameters.detail, ...kept });
    await store.written();
    clock.charge('decode');
    return {
      image,
      frame: prepared.frame,
      request,
      device: this.device,
      notices,
      timingsMs: clock.timingsMs,
      totalMs: performance.now() - startMs,
      unetMs: unet.runMs - unetStartMs,
      unetRows: composition.blend.unetRows,
      peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
      blend: composition.blend,
    };
  }

  #checkRequest(request: RenderRequest): void {
    const { length: conceptCount } = request.scene.concepts;
    if (conceptCount < 1 || conceptCount > MAX_CONCEPTS) {
      throw new StudioError(
        'CONCEPT_COUNT',
        `A scene takes 1 to ${MAX_CONCEPTS} concepts, not ${conceptCount}.`,
      );
    }
    validateInput(renderRequestSchema, request, 'The request');
    assertInvertible(this.pack);
    const { identity } = this.pack;
    const named = withEmbeddings(request, this.models.conditioner.embeddings).pack;
    if (
      !isSameModel(request.pack, { ...identity, ...(named.embeddings && { embeddings: named.embeddings }) })
    ) {
      throw new StudioError(
        'PACK_UNKNOWN',
        `The request is for ${describeModel(request.pack)}; the model that is open is ${describeModel({ ...identity, embeddings: named.embeddings })}. ` +
          'Open that model, or render the scene again with this one.',
      );
    }
  }

  #promptNotices({ scene }: RenderRequest): Notice[] {
    const prompts = [
      { what: notice('PROMPT_OF_SCENE', {}), prompt: scene.prompt },
      { what: notice('PROMPT_OF_INPAINTED', {}), prompt: scene.inpaintPrompt },
      { what: notice('PROMPT_NEGATIVE', {}), prompt: scene.negativePrompt ?? '' },
      ...scene.concepts.map(({ name, prompt }) => ({ what: notice('PROMPT_OF_CONCEPT', { name }), prompt })),
    ];
    return prompts.flatMap(({ what, prompt }) => {
      const { conditioner } = this.models;
      const count = conditioner.droppedTokens(prompt);
      const names = conditioner.embeddings.map(({ name }) => name);
      const unknown = splitAtEmbeddings(prompt, names).filter(({ isUnknown }) => isUnknown);
      return [
        ...(count === 0 ? [] : [notice('PROMPT_TOO_LONG', { prompt: what, count })]),
        ...unknown.map(({ text }) => notice('EMBEDDING_UNKNOWN', { prompt: what, name: text })),
      ];
    });
  }
}
