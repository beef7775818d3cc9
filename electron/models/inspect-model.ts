/** Inspects model files before an import: are they of the requested class, and complete? */
import { open, readFile } from 'node:fs/promises';
import { StudioError } from '../contract/errors.ts';

/** Longest header allowed by the safetensors format. */
const MAX_HEADER_BYTES = 100_000_000;

/**
 * Checks that a configuration has one of the classes.
 *
 * diffusers writes `_class_name`, transformers `architectures`.
 *
 * @throws StudioError IMPORT_INVALID naming what was found and what is needed
 */
export async function assertClassName(path: string, classNames: readonly string[]): Promise<void> {
  const config = await readJson(path);
  const { _class_name: className, architectures } = config;
  const found =
    typeof className === 'string' ? [className] : Array.isArray(architectures) ? architectures : [];
  if (!found.some((name) => classNames.includes(String(name)))) {
    const what = found.length === 0 ? 'names no class' : `is of a ${found.join(', ')}`;
    throw new StudioError('IMPORT_INVALID', `${path} ${what}; ${classNames.join(' or ')} is needed.`);
  }
}

async function readJson(path: string): Promise<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch (error) {
    throw new StudioError('IMPORT_INVALID', `${path} cannot be read as a configuration.`, {
      cause: error,
    });
  }
  throw new StudioError('IMPORT_INVALID', `${path} is not a configuration.`);
}

/**
 * Checks that a .safetensors file is exactly as long as its header says: this detects a truncated copy at once.
 *
 * Layout: header length as u64 little-endian, the header in JSON, then the data; `data_offsets` of each tensor
 * count from the start of the data.
 *
 * @throws StudioError IMPORT_INVALID
 */
export async function assertWholeSafetensors(path: string): Promise<void> {
  const invalid = (why: string, cause?: unknown) =>
    new StudioError('IMPORT_INVALID', `${path} is not a complete safetensors file: ${why}.`, { cause });
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    const prefix = Buffer.alloc(8);
    if (size < 8) throw invalid(`it has ${size} bytes`);
    await handle.read(prefix, 0, 8, 0);
    const headerBytes = prefix.readBigUInt64LE();
    if (headerBytes > BigInt(Math.min(size - 8, MAX_HEADER_BYTES))) throw invalid('its header is cut off');
    const header = Buffer.alloc(Number(headerBytes));
    await handle.read(header, 0, header.length, 8);
    let end = 0;
    try {
      for (const [name, entry] of Object.entries(JSON.parse(header.toString('utf8')) as object)) {
        if (name === '__metadata__') continue;
        const last: unknown = (entry as { data_offsets?: unknown[] }).data_offsets?.[1];
        if (!Number.isSafeInteger(last)) throw new Error(`tensor ${name} has no offsets`);
        end = Math.max(end, last as number);
      }
    } catch (error) {
      throw invalid('its header cannot be read', error);
    }
    const expected = 8 + header.length + end;
    if (expected !== size) throw invalid(`it has ${size} bytes, but its header says ${expected}`);
  } finally {
    await handle.close();
  }
}
