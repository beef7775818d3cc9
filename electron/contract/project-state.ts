/** The state of an open project, as a host reports it. */
import * as z from 'zod';
import { sceneDocumentSchema } from './scene-document.ts';

/** Identifies an open project; two windows on one file share the id. */
export const projectIdSchema = z.uuid();
export type ProjectId = z.infer<typeof projectIdSchema>;

/** An absolute path on the host's machine. */
export const filePathSchema = z.string().min(1).max(4096);

/** Longest label of a step of the history, in UTF-16 units. */
export const MAX_LABEL_LENGTH = 200;

export const historyEntrySchema = z.strictObject({
  position: z.int().nonnegative().describe('0 is the state that the project began with.'),
  label: z.string().max(MAX_LABEL_LENGTH).describe('What the step did, for the user.'),
  time: z.iso.datetime(),
});
export type HistoryEntry = z.infer<typeof historyEntrySchema>;

export const projectStateSchema = z.strictObject({
  projectId: projectIdSchema,
  name: z.string(),
  path: filePathSchema,
  isReadOnly: z.boolean(),
  document: sceneDocumentSchema,
  /** Grows with every change of the document, undo and redo included. */
  revision: z.int().nonnegative(),
  history: z.strictObject({
    position: z.int().nonnegative(),
    length: z.int().positive(),
    /** Label of the step to undo; null for none. */
    undoLabel: z.string().nullable(),
    /** Label of the step to redo; null for none. */
    redoLabel: z.string().nullable(),
  }),
});
export type ProjectState = z.infer<typeof projectStateSchema>;
