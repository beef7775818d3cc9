/**
 * The files generated for a plan, with a record of their hashes: files edited since are never overwritten.
 *
 * The record, made.json, is in the same folder. It stores the hash of a file before the file is written, so that a
 * killed run can be repeated.
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
  /** SHA-256 of the files under each name: the last run's, and the one being written. */
  readonly #hashes: Map<string, readonly string[]>;

  private constructor(folder: string, hashes: Map<string, readonly string[]>) {
    this.folder = folder;
    this.#hashes = hashes;
  }

  /**
   * @param names of the files to generate
   * @param wayOut what to do if one of them was edited, as a sentence
   * @throws StudioError OUTPUT_EDITED naming the edited files; OUTPUT_UNWRITABLE
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
        `Edited since the last run, so not overwritten: ${edited.join(', ')}. ${wayOut}`,
      );
    }
    await mkdir(folder, { recursive: true }).catch((cause: unknown) => {
      throw new StudioError('OUTPUT_UNWRITABLE', `The folder ${folder} cannot be created.`, { cause });
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

  /** Forgets the files of the last run. @throws StudioError OUTPUT_UNWRITABLE */
  async finish(): Promise<void> {
    await this.#writeRecord();
  }

  async #writeRecord(): Promise<void> {
    const record = { version: 1, files: Object.fromEntries(this.#hashes) };
    await writeOutput(join(this.folder, RECORD), `${JSON.stringify(record, null, 2)}\n`);
  }
}

/** With an unreadable record, all files count as edited and are kept. */
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
