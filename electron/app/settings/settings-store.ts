/** The settings file: read at the start and before every change, and written atomically. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { StudioError } from '../../contract/errors.ts';
import { type Notice, notice } from '../../contract/notices.ts';
import {
  DEFAULT_SETTINGS,
  type Settings,
  type SettingsChange,
  settingsSchema,
} from '../../contract/settings.ts';
import { writeFileAtomically } from '../../foundation/files/atomic-write.ts';
import { withFileLock } from '../../foundation/files/file-lock.ts';
import { readJsonFileIfPresent } from '../../foundation/files/read-json.ts';

type AnyChange = SettingsChange | Pick<Settings, 'projectsFolder'> | Pick<Settings, 'modelPlaces'>;

export class SettingsStore {
  readonly #path: string;
  #settings: Settings;
  #changing: Promise<unknown> = Promise.resolve();

  private constructor(path: string, settings: Settings) {
    this.#path = path;
    this.#settings = settings;
  }

  /**
   * Reads the settings; invalid ones, such as those of another version, are replaced by their defaults one by one.
   *
   * @param onNotice called with those that could not be read
   */
  static async open(folder: string, onNotice: (notice: Notice) => void): Promise<SettingsStore> {
    const path = join(folder, 'settings.json');
    return new SettingsStore(path, await readSettings(path, onNotice));
  }

  get current(): Settings {
    return this.#settings;
  }

  /**
   * @param change for one that depends on the settings, a function of them as they are when its turn comes
   * @throws StudioError FOLDER_UNWRITABLE, DISK_FULL; nothing is changed then
   */
  change(change: AnyChange | ((current: Settings) => AnyChange)): Promise<Settings> {
    // One after another, so that the changes of two windows are both kept.
    const changed = this.#changing.then(() => this.#write(change));
    this.#changing = changed.catch(() => undefined);
    return changed;
  }

  async #write(change: AnyChange | ((current: Settings) => AnyChange)): Promise<Settings> {
    // Another host may have changed the file meanwhile: overwrite only what this change contains.
    return withFileLock(this.#path, async () => {
      const known = this.#settings;
      const base = await this.#asOthersLeftIt();
      const given = Object.entries(typeof change === 'function' ? change(base) : change)
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => {
          const key = name as keyof Settings;
          return [key, isRecord(value) ? mergeRecord(known[key], value, base[key]) : value];
        });
      const changed = settingsSchema.parse({ ...base, ...Object.fromEntries(given) });
      await writeFileAtomically(this.#path, `${JSON.stringify(changed, null, 2)}\n`);
      this.#settings = changed;
      return changed;
    });
  }

  /** The settings in the file; this process's own when the file is missing or invalid. */
  async #asOthersLeftIt(): Promise<Settings> {
    if (!existsSync(this.#path)) return this.#settings;
    let isWhole = true;
    const found = await readSettings(this.#path, () => {
      isWhole = false;
    });
    return isWhole ? found : this.#settings;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** Applies the differences between two states of a record to a third. */
function mergeRecord(known: unknown, given: Record<string, unknown>, base: unknown): Record<string, unknown> {
  const [before, merged] = [isRecord(known) ? known : {}, isRecord(base) ? { ...base } : {}];
  for (const name of Object.keys(before)) if (!(name in given)) delete merged[name];
  for (const [name, value] of Object.entries(given)) {
    if (JSON.stringify(value) !== JSON.stringify(before[name])) merged[name] = value;
  }
  return merged;
}

async function readSettings(path: string, onNotice: (notice: Notice) => void): Promise<Settings> {
  let content: unknown;
  try {
    // These errors never reach the user: invalid settings are skipped.
    content = await readJsonFileIfPresent(path, 'The file', { missing: 'INTERNAL', invalid: 'INTERNAL' });
  } catch (error) {
    if (!(error instanceof StudioError)) throw error;
    onNotice(notice('SETTINGS_UNREADABLE', { path, failure: error }));
    return DEFAULT_SETTINGS;
  }
  if (content === undefined) return DEFAULT_SETTINGS;
  const found = z.record(z.string(), z.unknown()).safeParse(content);
  if (!found.success) {
    onNotice(notice('SETTINGS_DAMAGED', { path }));
    return DEFAULT_SETTINGS;
  }
  let settings = DEFAULT_SETTINGS;
  const ignored: string[] = [];
  for (const [name, value] of Object.entries(found.data)) {
    const parsed = settingsSchema.safeParse({ ...settings, [name]: value });
    if (parsed.success) settings = parsed.data;
    else ignored.push(name);
  }
  if (ignored.length > 0) onNotice(notice('SETTINGS_IGNORED', { path, names: ignored }));
  return settings;
}
