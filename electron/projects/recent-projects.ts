/** The list of recent projects, in a file of the settings folder. */
import { readFileSync, renameSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import * as z from 'zod';
import { writeFileAtomicallySync } from '../foundation/files/atomic-write.ts';
import { errnoOf, writeError } from '../foundation/files/file-errors.ts';
import { withFileLockSync } from '../foundation/files/file-lock.ts';
import { parseJsonFile } from '../foundation/files/read-json.ts';
import { validate } from '../foundation/validate.ts';
import { boundedTimeMs } from './shown-values.ts';

/** Why a file that is in order may not be readable for a moment. */
const SHORTAGES = ['EMFILE', 'ENFILE', 'ENOMEM'];

/** Length of the list. */
const MAX_RECENT = 50;

const recentProjectSchema = z.strictObject({
  path: z.string().max(4096).refine(isAbsolute, { error: 'not an absolute path' }),
  openedAtMs: z.number().transform(boundedTimeMs),
});
export type RememberedProject = z.infer<typeof recentProjectSchema>;

const fileSchema = z.strictObject({
  version: z.literal(1),
  projects: z.array(recentProjectSchema).max(1000),
});

export class RecentProjects {
  readonly #file: string;

  /** @param file of the list; it need not exist yet */
  constructor(file: string) {
    this.#file = file;
  }

  /** Newest first; the files may no longer exist. @throws StudioError FOLDER_UNWRITABLE for a damaged list that stays */
  list(): RememberedProject[] {
    let content: unknown;
    try {
      content = parseJson(readFileSync(this.#file));
    } catch (error) {
      const code = errnoOf(error);
      if (code === 'ENOENT') return [];
      if (code === undefined || SHORTAGES.includes(code)) throw error;
    }
    const parsed = fileSchema.safeParse(content);
    if (parsed.success) return parsed.data.projects;
    // The list is a convenience: one that is damaged or cannot be read is moved aside, and a new one started.
    try {
      renameSync(this.#file, `${this.#file}.damaged`);
    } catch (error) {
      throw writeError(error, this.#file);
    }
    return [];
  }

  /** Moves a project to the top of the list. @param path absolute */
  remember(path: string, nowMs: number): void {
    withFileLockSync(this.#file, () => {
      const others = this.list().filter((project) => project.path !== path);
      this.#write([{ path, openedAtMs: nowMs }, ...others].slice(0, MAX_RECENT));
    });
  }

  /** Removes a project from the list; the file itself stays. */
  forget(path: string): void {
    withFileLockSync(this.#file, () => {
      const projects = this.list();
      const others = projects.filter((project) => project.path !== path);
      if (others.length < projects.length) this.#write(others);
    });
  }

  /** Writes the list atomically. */
  #write(projects: RememberedProject[]): void {
    const problem = 'The list of recent projects cannot be stored';
    const list = validate(fileSchema, { version: 1, projects }, 'PARAMETER_INVALID', problem);
    writeFileAtomicallySync(this.#file, `${JSON.stringify(list, null, 2)}\n`);
  }
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return parseJsonFile(bytes, 'The list of projects', 'PROJECT_INVALID');
  } catch {
    return undefined;
  }
}
