/** The user's options for preparing scenes, kept with the editor's settings for every project. */
import { type PrepareSettings, prepareSettingsSchema } from '../../electron/contract/preparation.ts';

export const PREPARE_DEFAULTS: PrepareSettings = prepareSettingsSchema.parse({});

/** The choices, or the defaults in place of what another version of the editor may have kept. */
export function readPrepareSettings(kept: unknown): PrepareSettings {
  const parsed = prepareSettingsSchema.safeParse(kept ?? {});
  return parsed.success ? parsed.data : PREPARE_DEFAULTS;
}
