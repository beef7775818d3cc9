/**
 * The files that a plan's run makes, with a record of what was made: what somebody changed since is never written over.
 *
 * The record, made.json, lies in the same folder. It names the hash of a file before the file is written, so that a
 * run that is killed can be repeated.
 */
import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { StudioError } from '../contract/errors.ts';
import { FileReadError, MAX_PICTURE_FILE_BYTES, readRegularFile } from '../foundation/files/read-file.ts';
import { readJsonFileIfPresent } from '../foundation/files/read-json.ts';
import { removeStaleTemporaryFiles } from '../foundation/files/temporary-files.ts';
import { writeOutput } from './output-file.ts';

const RECORD = 'made.json';

const recordSchema = z.strictObject({
  version: z.literal(1),
  files: z.record(z.string(), z.array(z.string().regex(/^[0-9a-f]{64}$/))),
});

export class MadeFiles {
  readonly folder: string;
  /** SHA-256 of what was written under each name: of the last run's file, and of the one being written. */
  readonly #hashes: Map<string, readonly string[]>;

  private constructor(folder: string, hashes: Map<string, readonly string[]>) {
    this.folder = folder;
    this.#hashes = hashes;
  }

  /**
   * @param names of the files that will be made
   * @param wayOut what to do when one of them has been changed, as a sentence
   * @throws StudioError OUTPUT_EDITED naming the files that differ from what was made; OUTPUT_UNWRITABLE
   */
  static async open(folder: string, names: readonly string[], wayOut: string): Promise<MadeFiles> {
    const hashes = await readRecord(join(folder, RECORD));
    const edited: string[] = [];
    for (const name of names) {
      const found = await hashIfPresent(join(folder, name));
      if (found !== undefined && !(hashes.get(name) ?? []).includes(found)) edited.push(join(folder, name));
      hashes.set(name, found === undefined ? [] : [found]);
    }
    if (edited.length > 0) {
      throw new StudioError(
        'OUTPUT_EDITED',
        `Not what the last run made, and so not written over: ${edited.join(', ')}. ${wayOut}`,
      );
    }
    await mkdir(folder, { recursive: true }).catch((cause: unknown) => {
      throw new StudioError('OUTPUT_UNWRITABLE', `The folder ${folder} cannot be made.`, { cause });
    });
    await removeStaleTemporaryFiles(folder, (name) => name === RECORD || names.includes(name));
    return new MadeFiles(folder, hashes);
  }

  /** @throws StudioError OUTPUT_UNWRITABLE */
  async write(name: string, content: string | Uint8Array): Promise<void> {
    const before = this.#hashes.get(name) ?? [];
    const hash = hashOf(content);
    this.#hashes.set(name, [...before, hash]);
    await this.#writeRecord();
    await writeOutput(join(this.folder, name), content);
    this.#hashes.set(name, [hash]);
  }

  /** Forgets what the files of the last run were. @throws StudioError OUTPUT_UNWRITABLE */
  async finish(): Promise<void> {
    await this.#writeRecord();
  }

  async #writeRecord(): Promise<void> {
    const record = { version: 1, files: Object.fromEntries(this.#hashes) };
    await writeOutput(join(this.folder, RECORD), `${JSON.stringify(record, null, 2)}\n`);
  }
}

/** A record that cannot be read says of no file that it was made: all are kept then. */
async function readRecord(path: string): Promise<Map<string, readonly string[]>> {
  const codes = { missing: 'OUTPUT_EDITED', invalid: 'OUTPUT_EDITED' } as const;
  const content = await readJsonFileIfPresent(path, `The record ${path}`, codes);
  const parsed = recordSchema.safeParse(content);
  return new Map(parsed.success ? Object.entries(parsed.data.files) : []);
}

async function hashIfPresent(path: string): Promise<string | undefined> {
  try {
    return hashOf(await readRegularFile(path, MAX_PICTURE_FILE_BYTES));
  } catch (cause) {
    if (!(cause instanceof FileReadError)) throw cause;
    if (cause.reason === 'missing') return undefined;
    throw new StudioError('OUTPUT_UNWRITABLE', `${path} ${cause.message}.`, { cause });
  }
}

function hashOf(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
