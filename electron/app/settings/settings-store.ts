/** The settings file: read once, written whole on every change. */
import { join } from 'node:path';
import * as z from 'zod';
import { StudioError } from '../../contract/errors.ts';
import {
  DEFAULT_SETTINGS,
  type Settings,
  type SettingsChange,
  settingsSchema,
} from '../../contract/settings.ts';
import { writeFileAtomically } from '../../foundation/files/atomic-write.ts';
import { readJsonFileIfPresent } from '../../foundation/files/read-json.ts';

export class SettingsStore {
  readonly #path: string;
  #settings: Settings;
  #changing: Promise<unknown> = Promise.resolve();

  private constructor(path: string, settings: Settings) {
    this.#path = path;
    this.#settings = settings;
  }

  /**
   * Reads the settings; those that a newer or older version wrote otherwise are replaced by their defaults, one by
   * one.
   *
   * @param onNotice told which ones could not be read
   */
  static async open(folder: string, onNotice: (sentence: string) => void): Promise<SettingsStore> {
    const path = join(folder, 'settings.json');
    return new SettingsStore(path, await readSettings(path, onNotice));
  }

  get current(): Settings {
    return this.#settings;
  }

  /** @throws StudioError FOLDER_UNWRITABLE, DISK_FULL; nothing has changed then */
  change(change: SettingsChange | Pick<Settings, 'projectsFolder'>): Promise<Settings> {
    // One after another, so that two windows' changes both last.
    const changed = this.#changing.then(() => this.#write(change));
    this.#changing = changed.catch(() => undefined);
    return changed;
  }

  async #write(change: SettingsChange | Pick<Settings, 'projectsFolder'>): Promise<Settings> {
    const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
    const changed = settingsSchema.parse({ ...this.#settings, ...given });
    await writeFileAtomically(this.#path, `${JSON.stringify(changed, null, 2)}\n`);
    this.#settings = changed;
    return changed;
  }
}

async function readSettings(path: string, onNotice: (sentence: string) => void): Promise<Settings> {
  let content: unknown;
  try {
    // No code of these reaches anybody: the settings are read past what is wrong with them.
    content = await readJsonFileIfPresent(path, 'The file', { missing: 'INTERNAL', invalid: 'INTERNAL' });
  } catch (error) {
    if (!(error instanceof StudioError)) throw error;
    onNotice(`The settings in ${path} are damaged and were not used. ${error.message}`);
    return DEFAULT_SETTINGS;
  }
  if (content === undefined) return DEFAULT_SETTINGS;
  const found = z.record(z.string(), z.unknown()).safeParse(content);
  if (!found.success) {
    onNotice(`The settings in ${path} are damaged and were not used.`);
    return DEFAULT_SETTINGS;
  }
  let settings = DEFAULT_SETTINGS;
  const ignored: string[] = [];
  for (const [name, value] of Object.entries(found.data)) {
    const parsed = settingsSchema.safeParse({ ...settings, [name]: value });
    if (parsed.success) settings = parsed.data;
    else ignored.push(name);
  }
  if (ignored.length > 0) onNotice(`Some settings in ${path} were not understood: ${ignored.join(', ')}.`);
  return settings;
}
