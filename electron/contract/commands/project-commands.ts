/** Commands on project files and their history of changes. */
import * as z from 'zod';
import { command, done, nothing } from '../command.ts';
import {
  filePathSchema,
  historyEntrySchema,
  MAX_LABEL_LENGTH,
  projectIdSchema,
  projectStateSchema,
} from '../project-state.ts';
import { renderIdSchema } from '../render-record.ts';
import { assetIdSchema, renderRequestSchema } from '../render-request.ts';
import { sceneDocumentSchema } from '../scene-document.ts';

const ofProject = z.strictObject({ projectId: projectIdSchema });
const overwrite = z.boolean().default(false).describe('Replace an existing file.');
const projectName = z.string().trim().min(1).max(100);

export const recentProjectSchema = z.strictObject({
  path: filePathSchema,
  name: z.string(),
  openedAt: z.iso
    .datetime()
    .nullable()
    .describe('null for a file in the projects folder that was never opened here.'),
  isThere: z.boolean(),
});
export type RecentProject = z.infer<typeof recentProjectSchema>;

/** What a card shows of a project before it is opened. */
export const projectPreviewSchema = z.strictObject({
  name: z.string().describe('Its title.'),
  picture: assetIdSchema
    .nullable()
    .describe('A thumbnail of its newest render, else of its background; null for an empty project.'),
  renders: z.int().nonnegative(),
});
export type ProjectPreview = z.infer<typeof projectPreviewSchema>;

/** A scene that comes with the pack: one where objects are replaced, and one where a picture is placed. */
export const sampleSchema = z.enum(['replace', 'place']);
export type Sample = z.infer<typeof sampleSchema>;

/** Where a picture of a restored scene was found. */
export const restoredPictureSchema = z.strictObject({
  part: z.enum(['background', 'inpainted', 'image', 'subject', 'mask', 'front']),
  concept: z
    .string()
    .nullable()
    .describe('Name of the concept that it belongs to; null for the backgrounds.'),
  isFound: z.boolean().describe('Found by its content; otherwise the scene keeps its own picture, or none.'),
});
export type RestoredPicture = z.infer<typeof restoredPictureSchema>;

export const restoredSceneSchema = z.strictObject({
  project: projectStateSchema,
  pictures: z.array(restoredPictureSchema),
  pack: renderRequestSchema.shape.pack.describe('What the picture was made with.'),
});
export type RestoredScene = z.infer<typeof restoredSceneSchema>;

export const projectCommands = {
  'project.create': command(
    'Creates a project file and opens it; without a path, in the projects folder under its title.',
    z.strictObject({ name: projectName, path: filePathSchema.optional(), overwrite }),
    projectStateSchema,
  ),
  'project.open': command(
    'Opens a project file. PROJECT_BUSY when another program has it open: it may then be opened read-only.',
    z.strictObject({ path: filePathSchema, readOnly: z.boolean().default(false) }),
    projectStateSchema,
  ),
  'project.openSample': command(
    'Opens a copy of a bundled sample scene as a new project.',
    z.strictObject({
      sample: sampleSchema.default('replace'),
      names: z
        .record(z.string().max(200), z.string().min(1).max(200))
        .default({})
        .describe('Names in the window’s language, by those in the scene.'),
    }),
    projectStateSchema,
  ),
  'project.samples': command(
    'The sample scenes of the pack in use, with thumbnails of their backgrounds and of what the pack renders.',
    nothing,
    z.array(
      z.strictObject({
        sample: sampleSchema,
        before: assetIdSchema,
        after: assetIdSchema.nullable().describe('null for a pack without a render of it.'),
      }),
    ),
  ),
  'project.preview': command(
    'A project’s title and a picture of it; a project that is not open is read without changing it.',
    z.strictObject({ path: filePathSchema }),
    projectPreviewSchema,
  ),
  'project.trash': command(
    'Closes a project and moves its file to the system’s trash; a browser host moves it to the folder Trash beside it.',
    z.strictObject({ path: filePathSchema }),
    z.strictObject({
      path: filePathSchema.nullable().describe('Where the file is now; null in the system’s trash.'),
    }),
  ),
  'project.state': command('The state of an open project.', ofProject, projectStateSchema),
  'project.listOpen': command('The open projects.', nothing, z.array(projectStateSchema)),
  'project.close': command(
    'Closes a project and cancels its queued renders. Nothing is lost: every change is saved when it is made.',
    ofProject,
    done,
  ),
  'project.saveAs': command(
    'Writes a copy under another path and continues in it, as a job that can be cancelled; without a path, ' +
      'next to the original under the project’s title. Also for a project whose file was moved or deleted ' +
      '(PROJECT_MOVED).',
    z.strictObject({ projectId: projectIdSchema, path: filePathSchema.optional(), overwrite }),
    projectStateSchema,
  ),
  'project.duplicate': command(
    'Writes a copy and opens it too, as a job; without a path, next to the original.',
    z.strictObject({ projectId: projectIdSchema, path: filePathSchema.optional() }),
    projectStateSchema,
  ),
  'project.rename': command(
    'Gives the project another title; the file keeps its name.',
    z.strictObject({ projectId: projectIdSchema, name: projectName }),
    projectStateSchema,
  ),
  'project.recent': command(
    'Recently opened projects, newest first, then the other files of the projects folder.',
    nothing,
    z.array(recentProjectSchema),
  ),
  'project.forgetRecent': command(
    'Removes a project from the recent list; the file stays.',
    z.strictObject({ path: filePathSchema }),
    done,
  ),
  'project.commit': command(
    'Saves a change of the document as one step of the history.',
    z.strictObject({
      projectId: projectIdSchema,
      document: sceneDocumentSchema,
      label: z.string().trim().min(1).max(MAX_LABEL_LENGTH).describe('What the step did, for the user.'),
      baseRevision: z
        .int()
        .nonnegative()
        .optional()
        .describe(
          'The revision that was edited; PROJECT_CONFLICT when another window changed the project since.',
        ),
    }),
    projectStateSchema,
  ),
  'project.undo': command('Undoes the last step.', ofProject, projectStateSchema),
  'project.redo': command('Redoes the step undone last.', ofProject, projectStateSchema),
  'project.goTo': command(
    'Goes to any step of the history.',
    z.strictObject({ projectId: projectIdSchema, position: z.int().nonnegative() }),
    projectStateSchema,
  ),
  'project.history': command(
    'A page of the history, newest first.',
    z.strictObject({
      projectId: projectIdSchema,
      before: z.int().nonnegative().optional().describe('Only steps before this position.'),
      limit: z.int().min(1).max(200).default(50),
    }),
    z.strictObject({ entries: z.array(historyEntrySchema), hasMore: z.boolean() }),
  ),
  'project.restoreRender': command(
    'Restores the document that a render was made from, as one step of the history.',
    z.strictObject({ projectId: projectIdSchema, renderId: renderIdSchema }),
    projectStateSchema,
  ),
  'project.restorePicture': command(
    'Restores the scene of an uploaded PNG of this program, as one step of the history.',
    z.strictObject({
      projectId: projectIdSchema,
      upload: assetIdSchema.describe('SHA-256 of the uploaded bytes.'),
      name: z.string().max(300).describe('Name of the file it came from, for messages.'),
    }),
    restoredSceneSchema,
  ),
};
