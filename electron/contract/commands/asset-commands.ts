/** Commands on pictures. Their bytes travel by the asset route; commands only name them by content. */
import * as z from 'zod';
import { command } from '../command.ts';
import { MAX_PICTURE_SIDE_PX, pictureNoteSchema } from '../picture-formats.ts';
import { projectIdSchema } from '../project-state.ts';
import { assetIdSchema, renderRequestSchema } from '../render-request.ts';

export const pictureInfoSchema = z.strictObject({
  asset: assetIdSchema,
  width: z.int().positive(),
  height: z.int().positive(),
  bytes: z.int().positive(),
  mediaType: z.string(),
});
export type PictureInfo = z.infer<typeof pictureInfoSchema>;

export const assetCommands = {
  'assets.import': command(
    'Takes an uploaded picture into a project: checked, its first frame, turned upright, in sRGB, without Exif, and fitted to a size if asked for.',
    z.strictObject({
      projectId: projectIdSchema,
      upload: assetIdSchema.describe('SHA-256 of the uploaded bytes.'),
      name: z.string().max(300).describe('Name of the file it came from, for messages.'),
      kind: z.enum(['picture', 'mask']).default('picture'),
      fit: z
        .strictObject({
          width: z.int().min(1).max(MAX_PICTURE_SIDE_PX),
          height: z.int().min(1).max(MAX_PICTURE_SIDE_PX),
          mode: z
            .enum(['cover', 'contain'])
            .describe('cover crops what is too much; contain adds white (black for a mask).'),
        })
        .nullable()
        .default(null),
    }),
    pictureInfoSchema.extend({
      notes: z.array(pictureNoteSchema).describe('What someone who adds the picture may not expect.'),
    }),
  ),
  'assets.info': command(
    'Size and type of a picture of the project.',
    z.strictObject({ projectId: projectIdSchema, asset: assetIdSchema }),
    pictureInfoSchema,
  ),
  'assets.readRequest': command(
    'The render request that an uploaded PNG of this program carries, or null.',
    z.strictObject({ upload: assetIdSchema }),
    z.strictObject({ request: renderRequestSchema.nullable() }),
  ),
};
