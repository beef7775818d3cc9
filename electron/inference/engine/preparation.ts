/**
 * Prepares a scene: background candidates, masks, and the inpainted background. Models are opened on first use, and
 * released with the engine's.
 */

import { StudioError } from '../../contract/errors.ts';
import type { FrameSize } from '../../contract/frame.ts';
import { type Notice, notice } from '../../contract/notices.ts';
import {
  type BackgroundsRequest,
  backgroundsRequestSchema,
  type Capabilities,
  type MaskSearch,
  type MaskSelection,
  maskSearchSchema,
  maskSelectionSchema,
  type RemovalOptions,
  removalOptionsSchema,
} from '../../contract/preparation.ts';
import { validateInput } from '../../foundation/validate.ts';
import { throwIfCancelled } from '../../pipeline/batching.ts';
import { LayeredInpainter } from '../../pipeline/inpainting/layered-fill.ts';
import {
  BLENDED_FILL_DEFAULTS,
  BlendedDiffusionInpainter,
  pasteFill,
  removalHole,
} from '../../pipeline/inpainting/object-removal.ts';
import type {
  Inpainter,
  PhraseSegmenter,
  PromptSegmenter,
  SubjectSegmenter,
} from '../../pipeline/preparation-ports.ts';
import type { RgbImage } from '../../pipeline/processors/image.ts';
import type { Tensor } from '../../pipeline/tensor/tensor.ts';
import { type Candidate, consecutiveSeeds, textToImage } from '../../pipeline/text-to-image.ts';
import { calibrateLatentPreview, type LatentPreview } from '../diffusion/latent-preview.ts';
import {
  blendingTextToImage,
  findBackgroundsFolder,
  openBackgroundsModel,
  type TextToImagePack,
} from '../diffusion/text-to-image-pack.ts';
import { decodeImage, type PictureFile, pictureSize, resizeImage } from '../images/images.ts';
import { readRemovalMasks } from '../images/removal-masks.ts';
import { TeleaInpainter } from '../inpainting/telea.ts';
import { hearCancel } from '../runtime/cancelling.ts';
import { Lazy } from '../runtime/lazy.ts';
import { inStudioTerms } from '../runtime/studio-errors.ts';
import { fillFramed, frameHole, MAX_DIRECT_PIXELS, MIN_FRAMED_PIXELS } from './framed-removal.ts';
import { judgeDraw } from './judge-draw.ts';
import { pictureForMasks, proposalsInPicture, proposeSubject, selectionForMasks } from './mask-pictures.ts';
import {
  hasInpainter,
  hasSubjectSegmenter,
  noSubjectModel,
  openInpainter,
  openPhraseSegmenter,
  openPromptSegmenter,
  openSubjectSegmenter,
  phraseSegmenterKind,
  promptSegmenterKind,
} from './preparation-models.ts';
import type {
  BackgroundsControls,
  BackgroundsOutcome,
  MasksOutcome,
  PreparationContext,
  PreparationControls,
  RemovalOutcome,
} from './preparation-types.ts';

export class Preparation {
  readonly #context: PreparationContext;
  readonly #textToImage: Lazy<TextToImagePack>;
  readonly #promptSegmenter: Lazy<PromptSegmenter>;
  readonly #phraseSegmenter: Lazy<PhraseSegmenter | undefined>;
  readonly #subjectSegmenter: Lazy<SubjectSegmenter | undefined>;
  readonly #inpainter: Lazy<Inpainter | undefined>;
  #preview: LatentPreview | undefined;

  constructor(context: PreparationContext) {
    this.#context = context;
    const { pack, models, device, cacheFolder, componentsFolder } = context;
    this.#textToImage = new Lazy(({ signal, onProgress }) => {
      const folder = findBackgroundsFolder(pack.folder);
      if (folder === undefined) return Promise.resolve(blendingTextToImage(pack, models));
      return openBackgroundsModel(folder, pack.size, device, {
        cacheFolder,
        vocabulary: pack.vocabulary,
        ...(signal && { signal }),
        onProgress: (step, total) => onProgress?.({ stage: 'load', step, total }),
      });
    });
    this.#promptSegmenter = new Lazy(() =>
      openPromptSegmenter(componentsFolder, device, () => this.#phraseSegmenter.get({})),
    );
    this.#phraseSegmenter = new Lazy(() =>
      openPhraseSegmenter(componentsFolder, device, () => this.#promptSegmenter.get({}), pack.vocabulary),
    );
    this.#subjectSegmenter = new Lazy(() => openSubjectSegmenter(componentsFolder, device));
    this.#inpainter = new Lazy(() => openInpainter(componentsFolder, device));
  }

  /** What this pack can prepare. Clicks and object removal work with any pack, with or without models for them. */
  get capabilities(): Capabilities {
    const { componentsFolder, pack } = this.#context;
    const { folder, textToImage } = pack;
    const findMaskBy = phraseSegmenterKind(componentsFolder) ?? null;
    return {
      generateBackgrounds: true,
      // The guidance recommended by text-to-image models, and the usual one, is above 1.
      negativePrompt: findBackgroundsFolder(folder) !== undefined || textToImage?.guidance !== 1,
      findMask: findMaskBy !== null,
      findMaskBy,
      findSubject: hasSubjectSegmenter(componentsFolder),
      textThreshold: findMaskBy === 'groundingDino',
      selectMask: true,
      selectMaskBy: promptSegmenterKind(componentsFolder),
      removeObjects: true,
      removalMethods: [
        'auto',
        ...(hasInpainter(componentsFolder) ? ['model' as const] : []),
        'diffusion',
        'layers',
        'telea',
      ],
    };
  }

  /**
   * Generates candidates for a background, at the blending model's size.
   *
   * @throws StudioError PARAMETER_INVALID, PACK_INCOMPLETE, MODEL_INVALID, OUT_OF_MEMORY, NON_FINITE, CANCELLED
   * (candidates already passed to `onCandidate` stay valid)
   */
  generateBackgrounds(
    request: BackgroundsRequest,
    controls: BackgroundsControls = {},
  ): Promise<BackgroundsOutcome> {
    return inStudioTerms(async () => {
      const { count, seed, prompt, negativePrompt, steps, guidance, retries } = validateInput(
        backgroundsRequestSchema,
        request,
        'The request for backgrounds',
      );
      const pack = await this.#textToImage.get(controls);
      controls.onProgress?.({ stage: 'load', step: 1, total: 1 });
      throwIfCancelled(controls.signal);
      const preview = controls.onPreview && (await this.#previewOf(pack, controls.signal));
      const guidanceScale = guidance ?? pack.settings.guidance;
      const notices = [prompt, negativePrompt].flatMap((text): Notice[] => {
        const count = pack.droppedTokens(text);
        const quoted = notice('PROMPT_QUOTED', { prompt: text });
        return count === 0 ? [] : [notice('PROMPT_TOO_LONG', { prompt: quoted, count })];
      });
      if (guidanceScale === 1 && negativePrompt !== '') {
        notices.push(notice('NEGATIVE_PROMPT_UNUSED', {}));
      }
      const size = this.#context.pack.size ?? pack.size;
      // The engine's U-Net may run smaller batches when memory runs short; add a notice then.
      const candidates: Candidate[] = [];
      const furtherSeeds = consecutiveSeeds(seed, count * (1 + retries)).slice(count);
      let retriesLeft = retries;
      const segmenter = retries === 0 ? undefined : await this.#drawJudge(controls.signal);
      const missing = new Map<number, readonly string[]>();
      await textToImage(
        pack.models,
        {
          prompt,
          negativePrompt,
          seeds: consecutiveSeeds(seed, count),
          ...pack.size,
          steps: steps ?? pack.settings.steps,
          guidanceScale,
          guidanceInterval: pack.guidanceInterval,
          regional: pack.regionalPrompts(prompt),
        },
        {
          ...(controls.signal && { signal: controls.signal }),
          onProgress: (step, total) => controls.onProgress?.({ stage: 'denoise', step, total }),
          onBatchReduced: (rows) => notices.push(notice('MEMORY_SHORT', { rows })),
          ...(preview && {
            onPreview: (latents, index) => controls.onPreview?.(preview(latents), index),
          }),
          ...(segmenter && {
            judge: async (drawn) => {
              const judgement = await judgeDraw(segmenter, prompt, drawn.image, controls.signal);
              missing.set(drawn.seed, judgement.missing);
              const isEnough = judgement.isSure || retriesLeft === 0;
              retriesLeft = isEnough ? retries : retriesLeft - 1;
              return { quality: judgement.quality, retrySeed: isEnough ? null : furtherSeeds.shift()! };
            },
          }),
          onCandidate: async ({ image, seed: own }, index) => {
            throwIfCancelled(controls.signal);
            const subjects = missing.get(own) ?? [];
            if (subjects.length > 0) notices.push(notice('SUBJECTS_MISSING', { subjects, seed: own }));
            const candidate = { image: await resizeImage(image, size), seed: own };
            candidates.push(candidate);
            await controls.onCandidate?.(candidate, index);
          },
        },
      );
      return { candidates, model: pack.name, notices };
    });
  }

  /**
   * Finds the subject of a phrase; without a phrase, of the picture.
   *
   * @throws StudioError PARAMETER_INVALID (an empty phrase), ASSET_INVALID, PACK_INCOMPLETE (a pack without a
   *   detector), MODEL_INVALID, OUT_OF_MEMORY, CANCELLED
   */
  findMask(
    image: PictureFile,
    search: MaskSearch,
    controls: PreparationControls = {},
  ): Promise<MasksOutcome> {
    return inStudioTerms(async () => {
      const { phrase, ...thresholds } = validateInput(maskSearchSchema, search, 'The search for a mask');
      const seen = await pictureForMasks(image);
      throwIfCancelled(controls.signal);
      if (phrase === null) {
        const subjectSegmenter = await this.#subjectSegmenter.get(controls);
        if (subjectSegmenter === undefined) throw noSubjectModel(this.#context.pack.name);
        return await proposeSubject(subjectSegmenter, seen, controls);
      }
      const query = { phrase, ...thresholds };
      const segmenter = await this.#phraseSegmenter.get(controls);
      if (segmenter === undefined) {
        throw new StudioError(
          'PACK_INCOMPLETE',
          `The pack ${this.#context.pack.name} has no model that detects subjects by name. Click on the subject, ` +
            'or draw a box around it.',
        );
      }
      await hearCancel(controls.signal);
      controls.onProgress?.({ stage: 'find', step: 0, total: 1 });
      const { proposals, notices } = await segmenter.find(seen.picture, query, controls.signal);
      controls.onProgress?.({ stage: 'find', step: 1, total: 1 });
      return { proposals: proposalsInPicture(proposals, seen), model: segmenter.name, notices };
    });
  }

  /**
   * Masks what the user clicked on or boxed.
   *
   * @throws StudioError PARAMETER_INVALID (nothing inside; a point or box outside the picture), ASSET_INVALID,
   *   MODEL_INVALID, OUT_OF_MEMORY, CANCELLED
   */
  selectMask(
    image: PictureFile,
    selection: MaskSelection,
    controls: PreparationControls = {},
  ): Promise<MasksOutcome> {
    return inStudioTerms(async () => {
      const prompt = validateInput(maskSelectionSchema, selection, 'The selection');
      const seen = await pictureForMasks(image);
      const scaled = selectionForMasks(prompt, seen);
      throwIfCancelled(controls.signal);
      const segmenter = await this.#promptSegmenter.get(controls);
      await hearCancel(controls.signal);
      controls.onProgress?.({ stage: 'select', step: 0, total: 1 });
      const proposals = await segmenter.segment(seen.picture, scaled, controls.signal);
      controls.onProgress?.({ stage: 'select', step: 1, total: 1 });
      return { proposals: proposalsInPicture(proposals, seen), model: segmenter.name, notices: [] };
    });
  }

  /**
   * Removes what masks cover from a picture. Pixels outside the grown masks stay unchanged.
   *
   * @throws StudioError PARAMETER_INVALID, ASSET_INVALID, SIZE_MISMATCH, MASK_EMPTY, MODEL_INVALID, OUT_OF_MEMORY,
   *   NON_FINITE, CANCELLED
   */
  removeObjects(
    image: PictureFile,
    masks: readonly PictureFile[],
    options: RemovalOptions = {},
    controls: PreparationControls = {},
  ): Promise<RemovalOutcome> {
    return inStudioTerms(async () => {
      const { growPx, prompt, seed, method } = validateInput(removalOptionsSchema, options, 'The removal');
      const size = await pictureSize(image);
      const planes = await readRemovalMasks(masks, async (read) => {
        controls.onProgress?.({ stage: 'load', step: read, total: masks.length });
        await hearCancel(controls.signal);
      });
      const used = method === 'auto' ? await this.#bestMethod(size, controls) : method;
      const inpainter = await this.#inpainterFor(used, { prompt, seed }, controls);
      const fill = async (make: () => Promise<RgbImage>) => {
        await hearCancel(controls.signal);
        controls.onProgress?.({ stage: 'fill', step: 0, total: 1 });
        const filled = await make();
        await hearCancel(controls.signal);
        controls.onProgress?.({ stage: 'fill', step: 1, total: 1 });
        return filled;
      };
      const outcome = { method: used, model: inpainter.name, notices: [] };
      if (this.#isFilledDirectly(size, planes, used)) {
        const { pixels } = await decodeImage(image);
        const hole = removalHole(planes, growPx, pixels);
        const filled = await fill(() => inpainter.fill(pixels, hole, controls.signal));
        return { ...outcome, image: pasteFill(pixels, filled, hole, growPx), hole };
      }
      const pack = used === 'diffusion' ? this.#context.framePack : null;
      const framed = frameHole(planes, growPx, size, pack);
      const result = await fill(() => fillFramed(image, planes, growPx, framed, inpainter, controls.signal));
      return { ...outcome, image: result, hole: framed.hole };
    });
  }

  /** Releases all models; they are opened again when needed. */
  async release(): Promise<void> {
    this.#preview = undefined;
    await this.#textToImage.release();
    await this.#phraseSegmenter.release();
    await this.#promptSegmenter.release();
    await this.#subjectSegmenter.release();
    await this.#inpainter.release();
  }

  /**
   * What 'auto' uses: the pack's own model, else diffusion
   * (docs/decisions/0043-remove-objects-by-blended-diffusion.md).
   */
  async #bestMethod(size: FrameSize, controls: PreparationControls): Promise<RemovalOutcome['method']> {
    if ((await this.#inpainter.get(controls)) !== undefined) return 'model';
    // A pack without a size accepts any that fits the latents, and nothing is resampled for it.
    return this.#context.framePack.size === null && !this.#fitsLatents(size) ? 'layers' : 'diffusion';
  }

  #fitsLatents({ width, height }: FrameSize): boolean {
    const { downscale } = this.#context.models.autoencoder;
    return width % downscale === 0 && height % downscale === 0;
  }

  /** Whether a picture is filled without a frame: not too large for the fill, and its masks have its size. */
  #isFilledDirectly(size: FrameSize, masks: readonly Tensor[], method: RemovalOutcome['method']): boolean {
    const { width, height } = size;
    const own = this.#context.framePack.size;
    const isSuited =
      method !== 'diffusion' ||
      (this.#fitsLatents(size) &&
        (own === null || width * height <= Math.max(1.5 * own.width * own.height, MIN_FRAMED_PIXELS)));
    const isOfSize = masks.every(({ dims }) => dims[0] === height && dims[1] === width);
    return isSuited && isOfSize && width * height <= MAX_DIRECT_PIXELS;
  }

  async #inpainterFor(
    method: RemovalOutcome['method'],
    { prompt, seed }: { readonly prompt: string; readonly seed: number },
    controls: PreparationControls,
  ): Promise<Inpainter> {
    const { models, pack } = this.#context;
    if (method === 'telea') return new TeleaInpainter();
    if (method === 'layers') return new LayeredInpainter();
    if (method === 'model') {
      const own = await this.#inpainter.get(controls);
      if (own !== undefined) return own;
      throw new StudioError('PACK_INCOMPLETE', `The pack ${pack.name} has no model that fills holes.`);
    }
    return new BlendedDiffusionInpainter(
      models,
      new LayeredInpainter(),
      { prompt, seed, ...BLENDED_FILL_DEFAULTS },
      (step, total) => controls.onProgress?.({ stage: 'denoise', step, total }),
    );
  }

  /** The detector for judging draws, if it knows which words are subjects. */
  async #drawJudge(signal: AbortSignal | undefined): Promise<PhraseSegmenter | undefined> {
    // Grounding DINO, which accepts any words, would be loaded for nothing.
    if (phraseSegmenterKind(this.#context.componentsFolder) !== 'packSegmenter') return undefined;
    return this.#phraseSegmenter.get(signal ? { signal } : {});
  }

  async #previewOf(
    { models: { autoencoder, unet } }: TextToImagePack,
    signal: AbortSignal | undefined,
  ): Promise<LatentPreview> {
    this.#preview ??= await calibrateLatentPreview(autoencoder, unet.latentChannels, signal);
    return this.#preview;
  }
}
