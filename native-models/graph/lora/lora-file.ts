/**
 * LoRA files, in the namings of kohya's trainer (`lora_unet_..._to_q.lora_down.weight`) and of PEFT and diffusers
 * (`unet....to_q.lora_A.weight`, older ones `lora.down`, `lora_linear_layer.down`, `processor.to_q_lora.down`).
 */
import { basename } from 'node:path';
import type { ComponentFolder } from '../checkpoint-types.ts';
import { recogniseForeignFile } from '../foreign-file.ts';
import { GraphError } from '../graph-error.ts';
import { openSafetensors, type SafetensorsEntry, type SafetensorsFile } from '../safetensors.ts';
import { readTensorAsFloat32 } from '../safetensors-values.ts';

/** The change to one module. */
export interface LoraModule {
  readonly component: ComponentFolder;
  /**
   * Path of the module with underscores for dots, which is all that kohya's naming preserves; without `text_model_`.
   */
  readonly key: string;
  readonly down: SafetensorsEntry;
  readonly up: SafetensorsEntry;
  /** alpha / rank; 1 if the file has no alpha. */
  readonly scale: number;
}

/** An opened LoRA. */
export interface LoraFile {
  /** Absolute. */
  readonly path: string;
  readonly metadata: ReadonlyMap<string, string>;
  readonly modules: readonly LoraModule[];
}

/** Relatives of LoRA that change weights in other ways, by a part of their tensors' names. */
const RELATIVES: readonly (readonly [RegExp, string])[] = [
  [/\.(dora_scale|lora_magnitude_vector)\b/, 'DoRA'],
  [/\.hada_[wt]\d/, 'LoHa'],
  [/\.lokr_[wt]\d/, 'LoKr'],
  [/\.lora_mid\.weight$/, 'LoCon in Tucker form (lora_mid)'],
  [/\.(oft_blocks|oft_diag)\b/, 'OFT'],
  [/\.(a1|a2|b1|b2)\.weight$/, 'GLoRA'],
  [/\.on_input$/, 'IA3'],
  [/\.diff(_b)?$/, 'a file of whole differences'],
];

const COMPONENTS: Readonly<Record<string, ComponentFolder>> = {
  lora_unet: 'unet',
  lora_te: 'text_encoder',
  lora_te1: 'text_encoder',
  lora_te2: 'text_encoder_2',
  unet: 'unet',
  'base_model.model': 'unet',
  text_encoder: 'text_encoder',
  text_encoder_2: 'text_encoder_2',
};

const PART =
  /\.(?:(?:lora_(A|B)(?:\.[\w-]+)?|lora_(down|up)|lora\.(down|up)|lora_linear_layer\.(down|up))\.weight|(alpha))$/;
const OLD_PROCESSOR = /\.processor\.(to_q|to_k|to_v|to_out)_lora\.(down|up)\.weight$/;

type Role = 'down' | 'up' | 'alpha';

/**
 * Opens a LoRA; reads its header and its alphas.
 *
 * @param path absolute
 * @throws GraphError FOREIGN_FILE for other files, ARCHITECTURE_UNSUPPORTED naming an unsupported relative of LoRA or
 * an unknown tensor, TENSOR_MISSING, TENSOR_DTYPE, SAFETENSORS_*, FILE_UNREADABLE
 */
export function openLora(path: string): LoraFile {
  const foreign = recogniseForeignFile(path);
  if (foreign !== undefined && foreign.kind !== 'lora') throw new GraphError('FOREIGN_FILE', foreign.message);
  const file = openSafetensors(path);
  assertPlain(file);
  const parts = new Map<string, Partial<Record<Role, SafetensorsEntry>> & { place: Place }>();
  for (const entry of file.tensors.values()) {
    const found = placeOf(entry.name);
    if (found === undefined) {
      throw new GraphError(
        'ARCHITECTURE_UNSUPPORTED',
        `${basename(path)} contains the tensor "${entry.name}", which no LoRA of kohya, PEFT or diffusers for SD 1.x, SD 2.x or SDXL has.`,
      );
    }
    const id = `${found.place.component} ${found.place.key}`;
    const known = parts.get(id) ?? { place: found.place };
    parts.set(id, { ...known, [found.role]: entry });
  }
  const modules = [...parts.values()].map((part) => moduleOf(file, part));
  return { path, metadata: file.metadata, modules };
}

/** @throws GraphError ARCHITECTURE_UNSUPPORTED, TENSOR_DTYPE */
function assertPlain({ path, tensors }: SafetensorsFile): void {
  for (const { name, dtype } of tensors.values()) {
    const relative = RELATIVES.find(([pattern]) => pattern.test(name));
    if (relative !== undefined) {
      throw new GraphError(
        'ARCHITECTURE_UNSUPPORTED',
        `${basename(path)} is ${relative[1]}, which is not supported; plain LoRA and LoCon are. Choose a LoRA.`,
      );
    }
    if (!['F16', 'BF16', 'F32'].includes(dtype)) {
      throw new GraphError(
        'TENSOR_DTYPE',
        `${basename(path)}: tensor "${name}" is stored as ${dtype}. Choose the LoRA in fp16, bf16 or fp32.`,
      );
    }
  }
}

interface Place {
  readonly component: ComponentFolder;
  readonly key: string;
}

function placeOf(name: string): { place: Place; role: Role } | undefined {
  const old = OLD_PROCESSOR.exec(name);
  const plain = old === null ? PART.exec(name) : null;
  if (old === null && plain === null) return undefined;
  const at = (old ?? plain)!.index;
  const module =
    old === null ? name.slice(0, at) : `${name.slice(0, at)}.${old[1] === 'to_out' ? 'to_out.0' : old[1]}`;
  const word = old?.[2] ?? plain?.slice(1).find((group) => group !== undefined);
  const role: Role = word === 'alpha' ? 'alpha' : word === 'A' || word === 'down' ? 'down' : 'up';
  const [, prefix = '', rest = ''] =
    /^(lora_unet|lora_te\d?)_(.+)$/.exec(module) ??
    /^(base_model\.model|unet|text_encoder_2|text_encoder)\.(.+)$/.exec(module) ??
    [];
  const component = COMPONENTS[prefix];
  if (component === undefined) return undefined;
  const key = rest.replaceAll('.', '_').replace(/^text_model_/, '');
  return { place: { component, key }, role };
}

function moduleOf(
  file: SafetensorsFile,
  { place, down, up, alpha }: Partial<Record<Role, SafetensorsEntry>> & { place: Place },
): LoraModule {
  if (down === undefined || up === undefined) {
    const message = `${basename(file.path)} has only one of the two factors of ${place.component} ${place.key}.`;
    throw new GraphError('TENSOR_MISSING', message);
  }
  const rank = down.shape[0] ?? 1;
  const scale = alpha === undefined ? 1 : readTensorAsFloat32(file, alpha.name)[0]! / rank;
  return { ...place, down, up, scale };
}

/** Maximum number of words shown if the file names none itself. */
const MOST_WORDS = 5;

/**
 * Trigger words from a LoRA's metadata: the author's, or else the most frequent tags of its training pictures.
 *
 * @returns an empty list if the metadata contain none
 */
export function triggerWordsOf({ metadata }: Pick<LoraFile, 'metadata'>): string[] {
  const phrase = metadata.get('modelspec.trigger_phrase');
  if (phrase !== undefined && phrase.trim() !== '') {
    return phrase
      .split(',')
      .map((word) => word.trim())
      .filter((word) => word !== '');
  }
  const counts = new Map<string, number>();
  for (const tags of Object.values(tagFrequencies(metadata.get('ss_tag_frequency')))) {
    for (const [tag, count] of Object.entries(tags ?? {})) {
      if (typeof count === 'number') counts.set(tag.trim(), (counts.get(tag.trim()) ?? 0) + count);
    }
  }
  return [...counts]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, MOST_WORDS)
    .map(([tag]) => tag);
}

/** kohya's `ss_tag_frequency`: { folder: { tag: count } }; invalid contents are ignored. */
function tagFrequencies(text: string | undefined): Record<string, Record<string, unknown> | null> {
  try {
    const parsed: unknown = JSON.parse(text ?? '{}');
    return typeof parsed === 'object' && parsed !== null ? (parsed as ReturnType<typeof tagFrequencies>) : {};
  } catch {
    return {};
  }
}
