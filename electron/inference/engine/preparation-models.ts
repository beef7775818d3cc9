/** Opens a pack's models for masks and for removing objects; missing ones are replaced by methods without models. */
import { StudioError } from '../../contract/errors.ts';
import type { PhraseSegmenterKind, PromptSegmenterKind } from '../../contract/preparation.ts';
import type { Vocabulary } from '../../contract/vocabulary.ts';
import type {
  Inpainter,
  PhraseSegmenter,
  PromptSegmenter,
  SubjectSegmenter,
} from '../../pipeline/preparation-ports.ts';
import { INPAINTER_FILES, OnnxInpainter } from '../inpainting/onnx-inpainter.ts';
import { findComponentFolder, type PreparationComponent } from '../packs/component-folders.ts';
import type { EngineDevice } from '../runtime/devices.ts';
import { GrabCutSegmenter } from '../segmentation/grab-cut.ts';
import { GroundedSegmenter, GroundingDino } from '../segmentation/grounded-sam.ts';
import { KnownSubjectSegmenter } from '../segmentation/known-subject-segmenter.ts';
import { SamSegmenter } from '../segmentation/sam-segmenter.ts';
import { StarterSegmenter } from '../segmentation/starter-segmenter.ts';
import { SalientSubjectSegmenter, SUBJECT_FILE } from '../segmentation/subject-segmenter.ts';

/** Best first. */
const SAM_COMPONENTS = [
  ['segmenter-sam21', 'sam21'],
  ['segmenter', 'sam'],
  ['segmenter-slim', 'slimSam'],
] as const satisfies readonly [PreparationComponent, PromptSegmenterKind][];
const SAM_FILE = 'onnx/prompt_encoder_mask_decoder.onnx';
const DINO_FILE = 'onnx/model.onnx';

/**
 * SAM if the pack has it, else GrabCut; together with the pack's own detector, if that has a fixed vocabulary.
 *
 * @param detector of the pack; its owner releases it
 */
export async function openPromptSegmenter(
  packFolder: string,
  device: EngineDevice,
  detector: () => Promise<PhraseSegmenter | undefined>,
): Promise<PromptSegmenter> {
  const sam = findSam(packFolder);
  if (sam !== undefined) return SamSegmenter.open(sam.folder, device);
  const cut = new GrabCutSegmenter();
  // Grounding DINO, whose masks come from here, needs a phrase.
  const own = phraseSegmenterKind(packFolder) === 'packSegmenter' ? await detector() : undefined;
  return own === undefined ? cut : new KnownSubjectSegmenter(own, cut);
}

/** How a pack masks clicks and boxes, without opening it. */
export function promptSegmenterKind(packFolder: string): PromptSegmenterKind {
  return findSam(packFolder)?.kind ?? 'grabCut';
}

function findSam(packFolder: string): { folder: string; kind: PromptSegmenterKind } | undefined {
  for (const [component, kind] of SAM_COMPONENTS) {
    const folder = findComponentFolder(packFolder, component, SAM_FILE);
    if (folder !== undefined) return { folder, kind };
  }
  return undefined;
}

/** How a pack detects phrases, without opening it; undefined for one that cannot. */
export function phraseSegmenterKind(packFolder: string): PhraseSegmenterKind | undefined {
  if (findComponentFolder(packFolder, 'detector', DINO_FILE) !== undefined) return 'groundingDino';
  return findComponentFolder(packFolder, 'segmenter', 'model.onnx') === undefined
    ? undefined
    : 'packSegmenter';
}

/**
 * Grounded SAM if the pack has its detector, else the starter pack's segmenter; undefined for a pack with neither.
 *
 * @param promptSegmenter masks the detector's boxes; its owner releases it
 * @param vocabulary of the pack, whose translations its own segmenter reads
 */
export async function openPhraseSegmenter(
  packFolder: string,
  device: EngineDevice,
  promptSegmenter: () => Promise<PromptSegmenter>,
  vocabulary: Vocabulary | null = null,
): Promise<PhraseSegmenter | undefined> {
  const detector = findComponentFolder(packFolder, 'detector', DINO_FILE);
  if (detector !== undefined) {
    const segmenter = await promptSegmenter();
    return new GroundedSegmenter(await GroundingDino.open(detector, device), segmenter);
  }
  const own = findComponentFolder(packFolder, 'segmenter', 'model.onnx');
  return own === undefined ? undefined : StarterSegmenter.open(own, device, vocabulary);
}

/** Whether a pack has a model that finds a picture's subject. */
export function hasSubjectSegmenter(packFolder: string): boolean {
  return findComponentFolder(packFolder, 'subject', SUBJECT_FILE) !== undefined;
}

/** What to do without a subject model. */
export function noSubjectModel(packName: string): StudioError {
  return new StudioError(
    'PACK_INCOMPLETE',
    `The pack ${packName} has no model that tells a picture’s subject. Download the component "subject" of Stable ` +
      'Diffusion 2.1 in Models (npx pnpmix models pull sd21 --component subject), or cut the subject out by clicks.',
  );
}

/** The pack's subject model, if it has one. */
export async function openSubjectSegmenter(
  packFolder: string,
  device: EngineDevice,
): Promise<SubjectSegmenter | undefined> {
  const folder = findComponentFolder(packFolder, 'subject', SUBJECT_FILE);
  return folder === undefined ? undefined : SalientSubjectSegmenter.open(folder, device);
}

/** Whether a pack has an inpainting model. */
export function hasInpainter(packFolder: string): boolean {
  return INPAINTER_FILES.some((file) => findComponentFolder(packFolder, 'inpainter', file) !== undefined);
}

/** The pack's inpainting model, if it has one. */
export async function openInpainter(
  packFolder: string,
  device: EngineDevice,
): Promise<Inpainter | undefined> {
  for (const file of INPAINTER_FILES) {
    const folder = findComponentFolder(packFolder, 'inpainter', file);
    if (folder !== undefined) return OnnxInpainter.open(folder, device);
  }
  return undefined;
}
