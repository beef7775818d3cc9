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
    'Adds an uploaded picture to a project: checked, its first frame, turned upright, in sRGB, without Exif, and fitted to a size on request.',
    z.strictObject({
      projectId: projectIdSchema,
      upload: assetIdSchema.describe('SHA-256 of the uploaded bytes.'),
      name: z.string().max(300).describe('Name of the file it came from, for messages.'),
      kind: z
        .enum(['picture', 'mask', 'loadedMask'])
        .default('picture')
        .describe('A loaded mask may have its shape in its transparency, as 0 and 1, or in a colour.'),
      fit: z
        .strictObject({
          width: z.int().min(1).max(MAX_PICTURE_SIDE_PX),
          height: z.int().min(1).max(MAX_PICTURE_SIDE_PX),
          mode: z
            .enum(['cover', 'contain'])
            .describe('cover crops the excess; contain adds white (black for a mask).'),
        })
        .nullable()
        .default(null),
    }),
    pictureInfoSchema.extend({
      notes: z.array(pictureNoteSchema).describe('What may surprise the user about the picture.'),
    }),
  ),
  'assets.info': command(
    'Size and type of a picture of the project.',
    z.strictObject({ projectId: projectIdSchema, asset: assetIdSchema }),
    pictureInfoSchema,
  ),
  'assets.readRequest': command(
    'The render request in an uploaded PNG of this program, or null.',
    z.strictObject({ upload: assetIdSchema }),
    z.strictObject({ request: renderRequestSchema.nullable() }),
  ),
};
