/** The user's options for preparing scenes, stored with the editor's settings for all projects. */
import { type PrepareSettings, prepareSettingsSchema } from '../../electron/contract/preparation.ts';

export const PREPARE_DEFAULTS: PrepareSettings = prepareSettingsSchema.parse({});

/** The stored options; defaults replace invalid ones of another version. */
export function readPrepareSettings(kept: unknown): PrepareSettings {
  const parsed = prepareSettingsSchema.safeParse(kept ?? {});
  return parsed.success ? parsed.data : PREPARE_DEFAULTS;
}
