/** Commands on the program itself: what it is, its settings, and the host's dialogs where it has any. */
import * as z from 'zod';
import { command, done, nothing } from '../command.ts';
import { engineStatusSchema } from '../engine-status.ts';
import { exportFormatSchema } from '../export-formats.ts';
import { filePathSchema } from '../project-state.ts';
import { settingsChangeSchema, settingsSchema } from '../settings.ts';

export const appInfoSchema = z.strictObject({
  name: z.string(),
  version: z.string(),
  host: z.enum(['electron', 'browser']),
  platform: z.string(),
  /** Whether dialog.* and app.reveal work; without, the editor asks for paths itself and downloads files. */
  hasNativeDialogs: z.boolean(),
  projectsFolder: filePathSchema,
  /** false when PNPMIX_PROJECTS_DIR sets it. */
  canChooseProjectsFolder: z.boolean(),
  modelsFolder: filePathSchema,
  /** false when PNPMIX_MODELS_DIR sets it. */
  canChooseModelsFolder: z.boolean(),
  cacheFolder: filePathSchema,
  /** Largest picture file accepted. */
  uploadLimitBytes: z.int().positive(),
});
export type AppInfo = z.infer<typeof appInfoSchema>;

export const licenceNoticeSchema = z.strictObject({
  name: z.string(),
  version: z.string().nullable(),
  licence: z.string(),
  text: z.string().nullable(),
});
export type LicenceNotice = z.infer<typeof licenceNoticeSchema>;

/** Made to be sent to the developers: no pictures, prompts or project names; the home folder is ~. */
export const diagnosticsSchema = z.strictObject({
  program: z.strictObject({
    name: z.string(),
    version: z.string(),
    host: z.enum(['electron', 'browser']),
    node: z.string(),
    electron: z.string().nullable(),
  }),
  machine: z.strictObject({
    platform: z.string(),
    release: z.string().describe('Version of the operating system’s kernel.'),
    architecture: z.string(),
    processor: z.string().nullable(),
    processors: z.int().positive(),
    totalMemoryBytes: z.int().nonnegative(),
    freeMemoryBytes: z.int().nonnegative(),
    hostMemoryBytes: z.int().nonnegative().describe('Resident size of the host.'),
  }),
  engine: engineStatusSchema,
  settings: settingsSchema.omit({ editor: true }),
  folders: z.strictObject({
    settings: z.string(),
    cache: z.string(),
    models: z.string(),
    bundledPacks: z.string(),
  }),
  log: z.array(z.record(z.string(), z.json())).describe('The newest entries, oldest first.'),
});
export type Diagnostics = z.infer<typeof diagnosticsSchema>;

const chosenPath = z.strictObject({
  path: filePathSchema.nullable().describe('null when it was dismissed.'),
});
const suggestedName = z.string().max(200).optional();

export const appCommands = {
  'app.info': command('What this program is and where it keeps things.', nothing, appInfoSchema),
  'app.licences': command(
    'What this program is made of, and under which licences.',
    nothing,
    z.array(licenceNoticeSchema),
  ),
  'app.diagnostics': command(
    'Facts for a bug report: the program, the machine and the engine.',
    nothing,
    diagnosticsSchema,
  ),
  'app.reveal': command(
    'Shows a file that this program wrote in the system’s file manager.',
    z.strictObject({ path: filePathSchema }),
    done,
  ),
  'app.cache': command(
    'Size of the cache: results of renders that later ones can reuse.',
    nothing,
    z.strictObject({ bytes: z.int().nonnegative() }),
  ),
  'app.clearCache': command(
    'Empties the cache; the next render takes longer, nothing else changes.',
    nothing,
    z.strictObject({ freedBytes: z.int().nonnegative() }),
  ),
  'app.setProjectsFolder': command(
    'Sets the folder for new projects. Existing ones stay where they are.',
    z.strictObject({ folder: filePathSchema }),
    done,
  ),
  'app.setModelsFolder': command(
    'Sets the folder for models, from the next start on. Existing ones stay where they are.',
    z.strictObject({ folder: filePathSchema }),
    done,
  ),
  'settings.get': command('The settings.', nothing, settingsSchema),
  'settings.set': command('Changes settings.', settingsChangeSchema, settingsSchema),
  'dialog.openProject': command('Asks for a project file.', nothing, chosenPath),
  'dialog.saveProject': command(
    'Asks where to put a project.',
    z.strictObject({ suggestedName }),
    chosenPath,
  ),
  'dialog.saveExport': command(
    'Asks where to put an exported file.',
    z.strictObject({ suggestedName, format: exportFormatSchema }),
    chosenPath,
  ),
  'dialog.chooseFolder': command(
    'Asks for a folder.',
    z.strictObject({ title: z.string().max(200) }),
    chosenPath,
  ),
};
