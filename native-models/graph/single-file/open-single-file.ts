/**
 * Single-file checkpoints in the original naming (LDM for SD 1.x and 2.x, sgm for SDXL), the most widely shared form.
 * The family is recognised from tensor names and shapes; components are views of the file under diffusers' names, so
 * that graphs are built as for a folder and refer to the file in place.
 */
import { basename } from 'node:path';
import type {
  Checkpoint,
  CheckpointComponent,
  CheckpointFamily,
  ComponentFolder,
} from '../checkpoint-types.ts';
import { GraphError } from '../graph-error.ts';
import { openSafetensors, type SafetensorsEntry, type SafetensorsFile } from '../safetensors.ts';
import { mapLdmAutoencoder } from './ldm-autoencoder.ts';
import { type MappedComponent, mapLdmUnet } from './ldm-unet.ts';
import { type PredictionType, predictionTypeOf } from './prediction-type.ts';
import { type TensorView, withoutPrefix } from './tensor-view.ts';
import { mapClip, mapOpenClip } from './text-encoders.ts';

const UNET = 'model.diffusion_model.';
const CLIP = 'cond_stage_model.transformer.';
const OPEN_CLIP = 'cond_stage_model.model.';
const SDXL_FIRST = 'conditioner.embedders.0.transformer.';
const SDXL_SECOND = 'conditioner.embedders.1.model.';
const REFINER = 'conditioner.embedders.0.model.';

/** Scale of the latents by family, from LDM's and sgm's configurations. */
const SCALING_FACTORS: Readonly<Record<CheckpointFamily, number>> = {
  sd1: 0.18215,
  sd2: 0.18215,
  sdxl: 0.13025,
};

/** Whether the tensors have the names of a single-file checkpoint. */
export function isSingleFile(tensors: Iterable<string>): boolean {
  for (const name of tensors) if (name.startsWith(UNET)) return true;
  return false;
}

/**
 * Opens a single file; reads only its header, and one small tensor for SD 2.x.
 *
 * A file without text encoder or autoencoder opens too: missing parts are reported when they are requested.
 *
 * @param path absolute
 * @throws GraphError ARCHITECTURE_UNSUPPORTED, TENSOR_DTYPE (8-bit floats), TENSOR_MISSING, TENSOR_SHAPE, SAFETENSORS_*
 */
export function openSingleFile(path: string, file: SafetensorsFile = openSafetensors(path)): Checkpoint {
  const { tensors } = file;
  assertNoSmallFloats(file);
  const unet = withoutPrefix(tensors, UNET);
  const family = familyOf(path, tensors, unet);
  const predictionType = predictionTypeOf(file, family === 'sd2');
  const components = new Map<ComponentFolder, CheckpointComponent>();
  const add = (name: ComponentFolder, className: string, mapped: MappedComponent) => {
    components.set(name, {
      folder: path,
      className,
      config: mapped.config,
      weightFiles: [{ path, metadata: file.metadata, tensors: mapped.tensors }],
    });
  };
  const second = family === 'sdxl' ? withoutPrefix(tensors, SDXL_SECOND) : new Map();
  const text =
    family === 'sd2'
      ? withoutPrefix(tensors, OPEN_CLIP)
      : withoutPrefix(tensors, family === 'sdxl' ? SDXL_FIRST : CLIP);
  const mapped = mapLdmUnet(unet, (second.get('text_projection') as SafetensorsEntry | undefined)?.shape[1]);
  const sampleSize = sampleSizeOf(family, predictionType);
  add('unet', 'UNet2DConditionModel', { ...mapped, config: { ...mapped.config, sample_size: sampleSize } });
  const autoencoder = withoutPrefix(tensors, 'first_stage_model.');
  if (autoencoder.size > 0) {
    add('vae', 'AutoencoderKL', mapLdmAutoencoder(autoencoder, SCALING_FACTORS[family]));
  }
  if (text.size > 0) {
    add('text_encoder', 'CLIPTextModel', family === 'sd2' ? mapOpenClip(text, 'sd2') : mapClip(text));
  }
  if (second.size > 0) add('text_encoder_2', 'CLIPTextModelWithProjection', mapOpenClip(second, 'sdxl'));
  const zeroTerminalSnr = tensors.has('ztsnr');
  return { folder: path, components, singleFile: { path, family, predictionType, zeroTerminalSnr } };
}

/** Side of the training pictures, in latent elements. */
function sampleSizeOf(family: CheckpointFamily, predictionType: PredictionType): number {
  if (family === 'sdxl') return 128;
  // Among the SD 2.x models, those for 768 pixels predict v.
  return family === 'sd2' && predictionType === 'v_prediction' ? 96 : 64;
}

/** @throws GraphError ARCHITECTURE_UNSUPPORTED */
function familyOf(path: string, tensors: TensorView, unet: TensorView): CheckpointFamily {
  const has = (prefix: string) => [...tensors.keys()].some((name) => name.startsWith(prefix));
  if (has(REFINER)) {
    throw new GraphError(
      'ARCHITECTURE_UNSUPPORTED',
      `${basename(path)} is the refiner of SDXL, which only finishes pictures of another model. Choose an SDXL base model.`,
    );
  }
  if (tensors.has('edm_mean') || tensors.has('edm_vpred.sigma_max')) {
    throw new GraphError(
      'ARCHITECTURE_UNSUPPORTED',
      `${basename(path)} was trained with the EDM schedule (Playground 2.5 and the like), which the method cannot use. Choose another SDXL model.`,
    );
  }
  if (has(OPEN_CLIP) || has(CLIP)) {
    if (!unet.has('label_emb.0.0.weight')) return has(OPEN_CLIP) ? 'sd2' : 'sd1';
    throw new GraphError(
      'ARCHITECTURE_UNSUPPORTED',
      `${basename(path)} generates from pictures (unCLIP), not from text alone, and cannot blend. Choose a text-to-image checkpoint.`,
    );
  }
  if (has(SDXL_SECOND)) return 'sdxl';
  // Without text encoders, the U-Net decides: by its conditioning, and by the first layer of its transformers.
  if (unet.has('label_emb.0.0.weight')) return 'sdxl';
  const projection = [...unet].find(([name]) => name.endsWith('.proj_in.weight'))?.[1];
  return projection?.shape.length === 2 ? 'sd2' : 'sd1';
}

/** @throws GraphError TENSOR_DTYPE */
function assertNoSmallFloats({ path, tensors }: SafetensorsFile): void {
  const small = [...tensors.values()].find(({ dtype }) => dtype.startsWith('F8'));
  if (small === undefined) return;
  throw new GraphError(
    'TENSOR_DTYPE',
    `${basename(path)} holds 8-bit floating point weights (fp8, ${small.dtype}), which are not read: they have lost ` +
      'too much for inversion. Choose the file of the same model in fp16, bf16 or fp32.',
  );
}
