/** Opens what a pack has for masks and for removing objects; what it lacks is made up for without models. */
import type { Inpainter, PhraseSegmenter, PromptSegmenter } from '../pipeline/preparation-ports.ts';
import { findComponentFolder } from './component-folders.ts';
import type { EngineDevice } from './devices.ts';
import { GrabCutSegmenter } from './grab-cut.ts';
import { GroundedSegmenter, GroundingDino } from './grounded-sam.ts';
import { inpainterFiles, OnnxInpainter } from './onnx-inpainter.ts';
import { SamSegmenter } from './sam-segmenter.ts';
import { StarterSegmenter } from './starter-segmenter.ts';

/** Best first, where more than one is there. */
const samComponents = ['segmenter-sam21', 'segmenter', 'segmenter-slim'] as const;
const samFile = 'onnx/prompt_encoder_mask_decoder.onnx';
const dinoFile = 'onnx/model.onnx';

/** SAM where the pack has one, else GrabCut. */
export async function openPromptSegmenter(
  packFolder: string,
  device: EngineDevice,
): Promise<PromptSegmenter> {
  for (const component of samComponents) {
    const folder = findComponentFolder(packFolder, component, samFile);
    if (folder !== undefined) return SamSegmenter.open(folder, device);
  }
  return new GrabCutSegmenter();
}

/** Whether a pack can look for phrases. */
export function hasPhraseSegmenter(packFolder: string): boolean {
  return (
    findComponentFolder(packFolder, 'detector', dinoFile) !== undefined ||
    findComponentFolder(packFolder, 'segmenter', 'model.onnx') !== undefined
  );
}

/**
 * Grounded SAM where the pack has its detector, else the starter pack's segmenter; undefined for a pack with neither.
 *
 * @param promptSegmenter masks the detector's boxes; its owner releases it
 */
export async function openPhraseSegmenter(
  packFolder: string,
  device: EngineDevice,
  promptSegmenter: () => Promise<PromptSegmenter>,
): Promise<PhraseSegmenter | undefined> {
  const detector = findComponentFolder(packFolder, 'detector', dinoFile);
  if (detector !== undefined) {
    const segmenter = await promptSegmenter();
    return new GroundedSegmenter(await GroundingDino.open(detector, device), segmenter);
  }
  const own = findComponentFolder(packFolder, 'segmenter', 'model.onnx');
  return own === undefined ? undefined : StarterSegmenter.open(own, device);
}

/** The pack's inpainting model, if it has one. */
export async function openInpainter(
  packFolder: string,
  device: EngineDevice,
): Promise<Inpainter | undefined> {
  for (const file of inpainterFiles) {
    const folder = findComponentFolder(packFolder, 'inpainter', file);
    if (folder !== undefined) return OnnxInpainter.open(folder, device);
  }
  return undefined;
}
