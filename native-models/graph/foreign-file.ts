/**
 * Recognises files and folders that users mistake for a diffusers checkpoint, and says what to do with each.
 * The loader and the model store's import use the same answers. Reads at most a file's header; runs nothing.
 */
import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { basename, extname, join } from 'node:path';

/** The recognised kind of a file. */
export type ForeignKind =
  | 'empty'
  | 'gguf'
  | 'lfs-pointer'
  | 'lora'
  | 'non-ema'
  | 'other-architecture'
  | 'pickle'
  | 'server-answer'
  | 'single-file'
  | 'textual-inversion'
  | 'truncated'
  | 'web-page';

/** A finding: one or two sentences that name the file, say what it is and what to do. */
export interface ForeignFile {
  readonly kind: ForeignKind;
  readonly message: string;
}

/** Longest header of a safetensors file, by the reference implementation. */
const MAX_HEADER_BYTES = 100_000_000;
/** Bytes that identify every format except safetensors; a pointer or a server's response fits completely. */
const HEAD_BYTES = 1024;

const CONVERT =
  'Download the .safetensors of the same model, or convert it once with diffusers: ' +
  'from_pretrained(FOLDER).save_pretrained(OTHER_FOLDER, safe_serialization=True)';

/**
 * Recognises one file by its content.
 *
 * @param path whatever should have been a weights or configuration file
 * @returns undefined for a whole safetensors file of one diffusers component, and for what is not known here
 */
export function recogniseForeignFile(path: string): ForeignFile | undefined {
  let descriptor: number | undefined;
  try {
    const status = statSync(path);
    if (!status.isFile()) return undefined;
    const { size } = status;
    descriptor = openSync(path, 'r');
    const head = readUpTo(descriptor, 0, Math.min(size, HEAD_BYTES));
    return (
      recogniseHead(basename(path), head, size) ??
      recogniseSafetensors(basename(path), descriptor, head, size)
    );
  } catch {
    // The caller's own error reports an unreadable file.
    return undefined;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/**
 * Recognises the contents of a folder without a checkpoint's or a component's weights.
 *
 * @returns undefined if nothing is recognised
 */
export function recogniseForeignFolder(folder: string): ForeignFile | undefined {
  let names: string[];
  try {
    names = readdirSync(folder).sort();
  } catch {
    return undefined;
  }
  const nonEma = names.find((name) => /\.non_ema\.(safetensors|safetensors\.index\.json)$/.test(name));
  if (nonEma !== undefined) {
    return {
      kind: 'non-ema',
      message:
        `${folder} holds only ${nonEma}: the weights for further training, not the averaged ones (EMA) that draw. ` +
        `Download ${nonEma.replace('.non_ema', '')} or its .fp16 variant of the same model.`,
    };
  }
  for (const name of names.filter((one) => /\.(safetensors|gguf|sft)$/i.test(one))) {
    const found = recogniseForeignFile(join(folder, name));
    if (found !== undefined) return found;
  }
  const pickle = names.find((name) => /\.(bin|ckpt|pt|pth)$/i.test(name));
  if (pickle === undefined) return undefined;
  const found = recogniseForeignFile(join(folder, pickle));
  return found ?? pickleFile(pickle);
}

/**
 * Recognises the kind of a safetensors file by its tensors' names.
 *
 * @param name the file's, for the message
 * @param tensors names as they stand in the file
 * @returns undefined for tensors named as diffusers and transformers name them
 */
export function recogniseTensorNames(name: string, tensors: Iterable<string>): ForeignFile | undefined {
  const names = [...tensors];
  const has = (pattern: RegExp) => names.some((one) => pattern.test(one));
  if (
    has(/^lora_(unet|te\d?|transformer)_|\.lora_(up|down|A|B|linear_layer)\b|\.lora\.(up|down)\.|\.hada_w1/)
  ) {
    return lora(name, has(/^lora_/) ? 'kohya' : 'PEFT or diffusers');
  }
  if (has(/^model\.diffusion_model\.(joint_blocks|double_blocks|transformer_blocks)\.|^double_blocks\./)) {
    return {
      kind: 'other-architecture',
      message: `${name} is of another architecture (SD 3, Flux or the like). Choose a model of SD 1.x, SD 2.x or SDXL.`,
    };
  }
  if (has(/^(model\.diffusion_model|first_stage_model|cond_stage_model|conditioner\.embedders)\./)) {
    return singleFile(name, has);
  }
  // Parts of a single file, cut out of it under the same names.
  if (has(/^(input_blocks|middle_block|output_blocks)\.\d|^(encoder\.down|decoder\.up)\.\d+\.block\./)) {
    return singleFile(name, has);
  }
  if (has(/^(emb_params|string_to_param|clip_[lg])$/) || (names.length === 1 && has(/^<.+>$/))) {
    return {
      kind: 'textual-inversion',
      message: `${name} is a textual inversion (an embedding for one word), not a model. Choose the model that it was made for, and name the embedding in prompts: --embedding ${name}.`,
    };
  }
  return undefined;
}

function recogniseHead(name: string, head: Uint8Array, size: number): ForeignFile | undefined {
  const text = Buffer.from(head).toString('latin1');
  if (size === 0) {
    return { kind: 'empty', message: `${name} is empty: its download never began. Download it again.` };
  }
  if (text.startsWith('version https://git-lfs.github.com/spec/')) {
    const bytes = Number(/^size (\d+)$/m.exec(text)?.[1]);
    const real = Number.isFinite(bytes) ? ` of ${describeBytes(bytes)}` : '';
    return {
      kind: 'lfs-pointer',
      message:
        `${name} is a Git LFS pointer, not the file${real} that it stands for: the repository was cloned without ` +
        'Git LFS. Run "git lfs pull" in it, or download the file from the repository’s page.',
    };
  }
  if (/^(ï»¿)?\s*<(!doctype html|html|head|\?xml)/i.test(text)) {
    return {
      kind: 'web-page',
      message:
        `${name} is a web page, not a model file: the download got a page in its place, often one that asks to log ` +
        'in or to accept a licence. Do so in a browser, then download the file itself.',
    };
  }
  if (text.startsWith('GGUF')) {
    return {
      kind: 'gguf',
      message: `${name} is a GGUF file: quantised weights for other programs. Download the same model as a diffusers folder with .safetensors files.`,
    };
  }
  // A pickle of protocol 2 or later, bare or in the zip archive that PyTorch has written since 1.6.
  const isPickle = head[0] === 0x80 && head[1]! >= 2 && head[1]! <= 5 && head[8] !== 0x7b;
  if (
    isPickle ||
    (text.startsWith('PK\x03\x04') && /data\.pkl|\.(bin|ckpt|pth?)$/i.test(`${text} ${name}`))
  ) {
    return pickleFile(name);
  }
  if (size < HEAD_BYTES && /^[\x20-\x7e\s]+$/.test(text) && !/^\s*[{[]/.test(text)) {
    return {
      kind: 'server-answer',
      message: `${name} holds a server’s answer in place of the file: “${text.trim().slice(0, 120)}”. Download it again from a page that you have access to.`,
    };
  }
  return undefined;
}

function recogniseSafetensors(
  name: string,
  descriptor: number,
  head: Uint8Array,
  size: number,
): ForeignFile | undefined {
  // The format fixes the ninth byte.
  if (head.length < 9 || head[8] !== 0x7b) return undefined;
  const length = new DataView(head.buffer, head.byteOffset).getBigUint64(0, true);
  if (length > BigInt(MAX_HEADER_BYTES)) return undefined;
  const headerLength = Number(length);
  if (8 + headerLength > size) {
    return truncated(
      name,
      `its header alone has ${headerLength} bytes, but only ${describeBytes(size)} are there`,
    );
  }
  let header: Record<string, { data_offsets?: unknown } | null>;
  try {
    header = JSON.parse(readUpTo(descriptor, 8, headerLength).toString('utf8')) as typeof header;
  } catch {
    return undefined;
  }
  const { __metadata__: _, ...tensors } = header;
  let dataLength = 0;
  for (const entry of Object.values(tensors)) {
    const end: unknown = Array.isArray(entry?.data_offsets) ? entry.data_offsets[1] : undefined;
    if (typeof end === 'number' && end > dataLength) dataLength = end;
  }
  const expected = 8 + headerLength + dataLength;
  if (size < expected) {
    return truncated(
      name,
      `by its header it has ${describeBytes(expected)}, but ${describeLack(expected, size)}`,
    );
  }
  return recogniseTensorNames(name, Object.keys(tensors));
}

function truncated(name: string, detail: string): ForeignFile {
  return {
    kind: 'truncated',
    message: `${name} is cut short: ${detail}. Download it again.`,
  };
}

function pickleFile(name: string): ForeignFile {
  const kind = extname(name) === '' ? 'a pickle' : `a pickle (PyTorch’s ${extname(name)})`;
  return {
    kind: 'pickle',
    message: `${name} is ${kind}, a format that can run code when it is opened and is therefore not supported. ${CONVERT}.`,
  };
}

function lora(name: string, format: string): ForeignFile {
  return {
    kind: 'lora',
    message:
      `${name} is a LoRA (${format}): a change to a model, not a model. Choose the model that it was made for, and add ` +
      `the LoRA to it: --lora ${name}.`,
  };
}

function singleFile(name: string, has: (pattern: RegExp) => boolean): ForeignFile {
  const family = has(/^conditioner\.embedders\./)
    ? 'Stable Diffusion XL'
    : has(/^cond_stage_model\.model\./)
      ? 'Stable Diffusion 2.x'
      : 'Stable Diffusion';
  return {
    kind: 'single-file',
    message: has(/^model\.diffusion_model\./)
      ? `${name} is a single-file checkpoint (${family}), not a part of a diffusers folder. Open the file itself: --checkpoint ${name}.`
      : `${name} is a part of a single-file checkpoint (${family}), extracted from it. Open the complete file; use an autoencoder with --vae ${name}.`,
  };
}

/** States the missing bytes if both sizes are equal in rounded megabytes. */
function describeLack(expected: number, size: number): string {
  if (describeBytes(size) !== describeBytes(expected)) return `only ${describeBytes(size)} are there`;
  const missing = expected - size;
  return missing === 1 ? 'its last byte is missing' : `its last ${missing} bytes are missing`;
}

function describeBytes(bytes: number): string {
  return bytes < 1e6
    ? `${bytes} bytes`
    : bytes < 1e9
      ? `${(bytes / 1e6).toFixed(1)} MB`
      : `${(bytes / 1e9).toFixed(2)} GB`;
}

function readUpTo(descriptor: number, position: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let done = 0;
  while (done < length) {
    const count = readSync(descriptor, bytes, done, length - done, position + done);
    if (count === 0) break;
    done += count;
  }
  return bytes.subarray(0, done);
}
