/** The user's settings, for every host. */
import * as z from 'zod';
import { deviceChoiceSchema } from './engine-status.ts';
import { farmNameSchema } from './farm.ts';
import { filePathSchema } from './project-state.ts';

export const settingsSchema = z.strictObject({
  version: z.literal(1),
  /** Id of the model pack that renders; 'starter' is bundled. */
  pack: z
    .string()
    .max(64)
    .regex(/^[a-z0-9][a-z0-9-]*$/),
  device: deviceChoiceSchema,
  /** Idle minutes after which the models' memory is released; 0 keeps them loaded. */
  releaseModelsAfterMinutes: z.number().min(0).max(1440),
  /** Size limit of the cache of inversions. */
  cacheLimitBytes: z.int().min(0),
  /**
   * Max batch size: U-Net rows per call; null: as many as fit in memory. Fewer rows take less memory and more time.
   */
  rowsAtOnce: z.int().min(1).max(64).nullable(),
  /** Keep only the models of the stage in use: less memory, and seconds more for each render. */
  lowMemory: z.boolean(),
  /** Folder for new projects; null: the platform's default. Changed by app.setProjectsFolder only. */
  projectsFolder: filePathSchema.nullable(),
  /** Folders and files with models, besides those of other programs. Changed by library.add and library.remove only. */
  modelPlaces: z.array(filePathSchema).max(64),
  /** Name of the farm that renders, unless a render names another place; null: this computer. */
  renderOn: farmNameSchema.nullable(),
  /** Write the whole request into exported pictures. */
  exportMetadata: z.boolean(),
  /** Look for a newer version when the program starts, in Electron; never otherwise. */
  lookForUpdates: z.boolean(),
  theme: z.enum(['system', 'light', 'dark']),
  /** What the wheel does on the canvas; Ctrl switches to the other. */
  wheel: z.enum(['zoom', 'brushSize']),
  /** Changed shortcuts only: action -> keys; null removes the shortcut. */
  shortcuts: z.record(z.string().max(100), z.string().max(100).nullable()),
  /** What the editor remembers of its own state, such as panel widths. */
  editor: z.record(z.string().max(100), z.json()).refine((value) => JSON.stringify(value).length < 65_536, {
    error: 'at most 64 KiB',
  }),
});
export type Settings = z.infer<typeof settingsSchema>;

/** A change of settings; omitted ones stay. */
export const settingsChangeSchema = settingsSchema
  .omit({ version: true, projectsFolder: true, modelPlaces: true })
  .partial();
export type SettingsChange = z.infer<typeof settingsChangeSchema>;

export const DEFAULT_SETTINGS: Settings = {
  version: 1,
  pack: 'starter',
  device: 'auto',
  releaseModelsAfterMinutes: 10,
  cacheLimitBytes: 2 ** 30,
  rowsAtOnce: null,
  lowMemory: false,
  projectsFolder: null,
  modelPlaces: [],
  renderOn: null,
  exportMetadata: true,
  lookForUpdates: false,
  theme: 'system',
  wheel: 'zoom',
  shortcuts: {},
  editor: {},
};
