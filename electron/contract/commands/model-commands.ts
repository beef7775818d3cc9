/** Commands on model packs and on the engine that runs them. */
import * as z from 'zod';
import { command, nothing } from '../command.ts';
import { engineStatusSchema } from '../engine-status.ts';
import { jobStateSchema } from '../jobs.ts';
import { catalogLicenceSchema } from '../pack-catalog.ts';
import { filePathSchema, projectIdSchema } from '../project-state.ts';
import { promptTokensSchema } from '../prompt-tokens.ts';

const packId = z
  .string()
  .max(64)
  .regex(/^[a-z0-9][a-z0-9-]*$/);
const components = z.array(packId).min(1).max(64).optional().describe('By name; all components by default.');
const ofPack = z.strictObject({ packId, components });

export const listedPackSchema = z.strictObject({
  id: packId,
  name: z.string(),
  description: z.string(),
  isBundled: z.boolean(),
  /** Whether its blending model is installed, so that it can be chosen. */
  isUsable: z.boolean(),
  takesCheckpoints: z.boolean().describe('Whether a user’s own checkpoint can be imported into it.'),
  components: z.array(
    z.strictObject({
      id: z.string(),
      name: z.string(),
      purpose: z.string(),
      licence: z.string(),
      isOptional: z.boolean(),
      state: z.enum(['installed', 'partial', 'absent']),
      installedBytes: z.int().nonnegative(),
      size: z.strictObject({
        files: z.int().nonnegative(),
        knownBytes: z.int().nonnegative(),
        unknownFiles: z.int().nonnegative(),
      }),
    }),
  ),
});
export type ListedPack = z.infer<typeof listedPackSchema>;

export const modelCommands = {
  'models.list': command(
    'All model packs, and which parts are installed. No network.',
    nothing,
    z.strictObject({
      modelsFolder: filePathSchema,
      /** Free space on the disk of the models folder; null when unknown. */
      freeBytes: z.number().nonnegative().nullable(),
      packs: z.array(listedPackSchema),
    }),
  ),
  'models.licences': command(
    'The licences that a download would ask for. No network.',
    ofPack,
    z.array(catalogLicenceSchema),
  ),
  'models.pull': command(
    'Downloads a pack or parts of it, or resumes a download.',
    ofPack.extend({ acceptedLicences: z.array(z.string().max(100)).max(64) }),
    jobStateSchema,
  ),
  'models.verify': command(
    'Checks that an installed pack is unchanged; repairs it by download on request.',
    ofPack.extend({ quick: z.boolean().default(false), repair: z.boolean().default(false) }),
    jobStateSchema,
  ),
  'models.import': command(
    'Imports a folder of models that the user already has.',
    ofPack.extend({
      folder: filePathSchema,
      mode: z.enum(['auto', 'hard-link', 'link', 'copy']).default('auto'),
    }),
    jobStateSchema,
  ),
  'models.remove': command('Removes a pack’s files or parts of them.', ofPack, jobStateSchema),
  'prompt.tokens': command(
    'Counts a prompt in the tokens of the model that renders it. Needs no engine.',
    z.strictObject({
      text: z.string().max(20_000),
      projectId: projectIdSchema.optional().describe('Whose model counts; by default that of the settings.'),
    }),
    promptTokensSchema,
  ),
  'engine.status': command('The engine, its device and its pack.', nothing, engineStatusSchema),
  'engine.start': command(
    'Starts the engine and opens the model ahead of the first render.',
    z.strictObject({
      projectId: projectIdSchema.optional().describe('Whose model; by default the one opened last.'),
    }),
    engineStatusSchema,
  ),
  'engine.release': command('Releases the models’ memory.', nothing, engineStatusSchema),
};
