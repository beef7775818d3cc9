/** Commands on the model files of this computer: checkpoints, LoRAs and VAEs, wherever other programs keep them. */
import * as z from 'zod';
import { command, done, nothing } from '../command.ts';
import { jobStateSchema } from '../jobs.ts';
import { modelFileSchema } from '../model-choice.ts';
import { filePathSchema } from '../project-state.ts';
import { assetIdSchema } from '../render-request.ts';

export const libraryModelSchema = z.strictObject({
  path: filePathSchema,
  name: z.string(),
  program: z.string().nullable().describe('Whose folder it is in; null for a place that the user added.'),
  kind: z.enum(['checkpoint', 'lora', 'vae', 'embedding', 'other']),
  family: z
    .enum(['sd1', 'sd2', 'sdxl'])
    .nullable()
    .describe('Of the model in it, or that it is for; null if unknown.'),
  precision: z.string().nullable().describe('The type of most of its bytes, such as F16.'),
  bytes: z.int().nonnegative(),
  hasPreview: z.boolean().describe('A picture of the same name is beside it.'),
  triggerWords: z.array(z.string()).describe('Words that bring out a LoRA, from its metadata.'),
  problem: z.string().nullable().describe('Why it cannot be used, in a sentence.'),
  sha256: assetIdSchema.nullable().describe('null until it was read through once.'),
});
export type LibraryModel = z.infer<typeof libraryModelSchema>;

export const modelPlaceSchema = z.strictObject({
  path: filePathSchema,
  program: z.string().nullable().describe('null for a folder or file that the user added.'),
  state: z.enum(['readable', 'missing', 'unreadable']),
});
export type ModelPlace = z.infer<typeof modelPlaceSchema>;

export const libraryCommands = {
  'library.list': command(
    'Model files in the folders of other programs and in added ones. Reads headers; changes nothing.',
    nothing,
    z.strictObject({ places: z.array(modelPlaceSchema), models: z.array(libraryModelSchema) }),
  ),
  'library.preview': command(
    'The picture beside a listed model; null if it cannot be read.',
    z.strictObject({ path: filePathSchema }),
    z.strictObject({ image: assetIdSchema.nullable() }),
  ),
  'library.identify': command(
    'Reads a listed model through once, for its hash, as a job.',
    z.strictObject({ path: filePathSchema }),
    jobStateSchema,
  ),
  'library.find': command(
    'Where models are, by their content; null for one that is not on this computer.',
    z.strictObject({ files: z.array(modelFileSchema).max(64) }),
    z.array(filePathSchema.nullable()),
  ),
  'library.locate': command(
    'Adds the file that a scene names, wherever it is now; refuses one of another content. A job.',
    z.strictObject({ file: modelFileSchema, path: filePathSchema }),
    jobStateSchema,
  ),
  'library.add': command(
    'Adds a folder or file to the places that are searched for models. Nothing is moved.',
    z.strictObject({ path: filePathSchema }),
    done,
  ),
  'library.remove': command(
    'Stops searching a place that was added. Its files stay.',
    z.strictObject({ path: filePathSchema }),
    done,
  ),
};
