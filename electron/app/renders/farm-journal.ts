/**
 * The renders on farms, one file each in `farm-renders` of the settings folder, with what the next host needs to
 * request them again after a kill. A farm identifies a render by its request and id, so a repeated request finds it, or
 * its result, instead of rendering it twice.
 */
import { rmSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { farmNameSchema } from '../../contract/farm.ts';
import { renderGroupSchema, renderIdSchema } from '../../contract/render-record.ts';
import { storedRequestSchema } from '../../contract/render-request.ts';
import { sceneDocumentSchema } from '../../contract/scene-document.ts';
import { writeFileAtomically } from '../../foundation/files/atomic-write.ts';
import { ifPresent } from '../../foundation/files/file-errors.ts';
import { readJsonFile } from '../../foundation/files/read-json.ts';

/** Older entries are dropped: farms keep results for a day. */
const KEEP_MS = 7 * 24 * 3_600_000;

const entrySchema = z.strictObject({
  version: z.literal(1),
  renderId: renderIdSchema,
  projectPath: z.string(),
  farm: farmNameSchema,
  createdAt: z.iso.datetime(),
  request: storedRequestSchema,
  document: sceneDocumentSchema,
  sweep: renderGroupSchema.nullable(),
});
export type JournalEntry = Omit<z.infer<typeof entrySchema>, 'version'>;

export class FarmJournal {
  readonly #folder: string;

  constructor(settingsFolder: string) {
    this.#folder = join(settingsFolder, 'farm-renders');
  }

  /** Records a render before it is sent. @throws StudioError FOLDER_UNWRITABLE, DISK_FULL */
  async note(entry: JournalEntry): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    await writeFileAtomically(this.#path(entry.renderId), `${JSON.stringify({ version: 1, ...entry })}\n`);
  }

  /** Deletes a finished render's entry; synchronously, so that it leaves queue and journal in one step. */
  forget(renderId: string): void {
    rmSync(this.#path(renderId), { force: true });
  }

  /** The recorded renders of a project, oldest first; unreadable and old entries are deleted. */
  async of(projectPath: string, nowMs: number): Promise<JournalEntry[]> {
    const names = (await ifPresent(readdir(this.#folder))) ?? [];
    const found: JournalEntry[] = [];
    for (const name of names.filter((file) => file.endsWith('.json'))) {
      const path = join(this.#folder, name);
      const entry = await readEntry(path);
      if (entry === undefined || Date.parse(entry.createdAt) < nowMs - KEEP_MS)
        await rm(path, { force: true });
      else if (entry.projectPath === projectPath) found.push(entry);
    }
    return found.toSorted((a, b) => a.createdAt.localeCompare(b.createdAt));
  }

  /** A project goes on at another path: so do its renders. @throws StudioError FOLDER_UNWRITABLE, DISK_FULL */
  async move(fromPath: string, toPath: string): Promise<void> {
    for (const entry of await this.of(fromPath, Date.now()))
      await this.note({ ...entry, projectPath: toPath });
  }

  #path(renderId: string): string {
    return join(this.#folder, `${renderId}.json`);
  }
}

async function readEntry(path: string): Promise<JournalEntry | undefined> {
  try {
    const content = await readJsonFile(path, 'The file', { missing: 'INTERNAL', invalid: 'INTERNAL' });
    const { version: _, ...entry } = entrySchema.parse(content);
    return entry;
  } catch {
    // Written by another version, or truncated: the user has to request the render again.
    return undefined;
  }
}
