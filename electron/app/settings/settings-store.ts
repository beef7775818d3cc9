/** The settings file: read once, written whole on every change. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import {
  DEFAULT_SETTINGS,
  type Settings,
  type SettingsChange,
  settingsSchema,
} from '../../contract/settings.ts';
import { writeFileAtomically } from '../../foundation/files/atomic-write.ts';
import { ifPresent } from '../../foundation/files/file-errors.ts';

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
    const text = await ifPresent(readFile(path, 'utf8'));
    return new SettingsStore(
      path,
      text === undefined ? DEFAULT_SETTINGS : readSettings(path, text, onNotice),
    );
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

function readSettings(path: string, text: string, onNotice: (sentence: string) => void): Settings {
  const found = z.record(z.string(), z.unknown()).safeParse(parseJson(text));
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

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
