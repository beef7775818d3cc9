/** The state of an open project, as a host reports it. */
import * as z from 'zod';
import { sceneDocumentSchema } from './scene-document.ts';

/** Names an open project while it is open; two windows on one file get the same. */
export const projectIdSchema = z.uuid();
export type ProjectId = z.infer<typeof projectIdSchema>;

/** An absolute path on the host's machine. */
export const filePathSchema = z.string().min(1).max(4096);

export const historyEntrySchema = z.strictObject({
  position: z.int().nonnegative().describe('0 is the state that the project began with.'),
  label: z.string().max(200).describe('What was done, for the user.'),
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
    /** What undo takes back; null where there is nothing. */
    undoLabel: z.string().nullable(),
    /** What redo brings back; null where there is nothing. */
    redoLabel: z.string().nullable(),
  }),
});
export type ProjectState = z.infer<typeof projectStateSchema>;
