/** The user's settings, for every host. */
import * as z from 'zod';
import { deviceChoiceSchema } from './engine-status.ts';
import { filePathSchema } from './project-state.ts';

export const settingsSchema = z.strictObject({
  version: z.literal(1),
  /** Id of the model pack that renders; 'starter' is bundled. */
  pack: z
    .string()
    .max(64)
    .regex(/^[a-z0-9][a-z0-9-]*$/),
  device: deviceChoiceSchema,
  /** Minutes without work after which the models' memory is given back; 0 keeps them. */
  releaseModelsAfterMinutes: z.number().min(0).max(1440),
  /** Size limit of the cache of inversions. */
  cacheLimitBytes: z.int().min(0),
  /** Most rows that the U-Net runs in one call; null is as many as the memory takes. Less memory, more time. */
  rowsAtOnce: z.int().min(1).max(64).nullable(),
  /** Where new projects are made; null is the platform's place. Changed by app.setProjectsFolder only. */
  projectsFolder: filePathSchema.nullable(),
  /** Write the whole request into exported pictures. */
  exportMetadata: z.boolean(),
  theme: z.enum(['system', 'light', 'dark']),
  /** What the wheel does on the canvas; the other goes with Ctrl. */
  wheel: z.enum(['zoom', 'brushSize']),
  /** Changed shortcuts only: action -> keys; null is none. */
  shortcuts: z.record(z.string().max(100), z.string().max(100).nullable()),
  /** What the editor remembers of itself: panel widths and the like. */
  editor: z.record(z.string().max(100), z.json()).refine((value) => JSON.stringify(value).length < 65_536, {
    error: 'at most 64 KiB',
  }),
});
export type Settings = z.infer<typeof settingsSchema>;

/** Some of the settings; what is not named stays. */
export const settingsChangeSchema = settingsSchema.omit({ version: true, projectsFolder: true }).partial();
export type SettingsChange = z.infer<typeof settingsChangeSchema>;

export const DEFAULT_SETTINGS: Settings = {
  version: 1,
  pack: 'starter',
  device: 'auto',
  releaseModelsAfterMinutes: 10,
  cacheLimitBytes: 2 ** 30,
  rowsAtOnce: null,
  projectsFolder: null,
  exportMetadata: true,
  theme: 'system',
  wheel: 'zoom',
  shortcuts: {},
  editor: {},
};
