/**
 * Commands that write results for use elsewhere. With a path the host writes the file; without one the files are
 * kept for the asset route until the host ends, for a browser to download.
 */
import * as z from 'zod';
import { command } from '../command.ts';
import { exportFormatSchema, exportQualitySchema } from '../export-formats.ts';
import { filePathSchema, projectIdSchema } from '../project-state.ts';
import { renderIdSchema } from '../render-record.ts';
import { assetIdSchema } from '../render-request.ts';

export const exportedFileSchema = z.strictObject({
  fileName: z.string(),
  bytes: z.int().positive(),
  mediaType: z.string(),
  path: filePathSchema.nullable().describe('Where it was written; null when it is to be downloaded.'),
  asset: assetIdSchema.nullable().describe('What to download; null when it was written.'),
});
export type ExportedFile = z.infer<typeof exportedFileSchema>;

const ofRender = z.strictObject({ projectId: projectIdSchema, renderId: renderIdSchema });
const metadata = z
  .boolean()
  .optional()
  .describe('Embed the whole request in the picture; by default as in the settings.');

export const exportCommands = {
  'export.picture': command(
    'The whole picture, or its layers, in a format of the user’s choice.',
    ofRender.extend({
      format: exportFormatSchema.optional().describe('PNG by default.'),
      quality: exportQualitySchema.optional().describe('Of JPEG and WebP; 90 by default.'),
      metadata,
      path: filePathSchema.optional(),
      folder: filePathSchema
        .optional()
        .describe('Instead of a path: the file gets its suggested name there, and never replaces another.'),
    }),
    exportedFileSchema,
  ),
  'export.cutOuts': command(
    'Each concept cut out of the picture, as PNG with alpha.',
    ofRender.extend({ metadata, folder: filePathSchema.optional() }),
    z.array(exportedFileSchema),
  ),
};
