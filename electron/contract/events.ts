/** Events from a host to its windows: one table that both ends are built from. */
import * as z from 'zod';
import { engineStatusSchema } from './engine-status.ts';
import { farmStateSchema } from './farm.ts';
import { resolvedFrameSchema } from './frame.ts';
import { jobStateSchema } from './jobs.ts';
import { noticeSchema } from './notices.ts';
import { renderProgressSchema } from './progress.ts';
import { projectIdSchema, projectStateSchema } from './project-state.ts';
import { queueStateSchema, renderIdSchema, renderSummarySchema } from './render-record.ts';
import { assetIdSchema } from './render-request.ts';
import { settingsSchema } from './settings.ts';

export const noticeLevelSchema = z.enum(['info', 'warning', 'error']);

export const events = {
  /** The document or its history changed, in any window. */
  'project.changed': projectStateSchema,
  'project.closed': z.strictObject({ projectId: projectIdSchema }),
  'queue.changed': queueStateSchema,
  /** A render was queued, started, ended, starred, named or deleted. */
  'render.changed': z.strictObject({ projectId: projectIdSchema, render: renderSummarySchema }),
  'render.progress': renderProgressSchema.extend({
    projectId: projectIdSchema,
    renderId: renderIdSchema,
    timeLeftMs: z.number().nonnegative().nullable().describe('null until it can be estimated.'),
  }),
  /** A small preview of the running render; the asset route serves its bytes for a while. */
  'render.preview': z.strictObject({
    projectId: projectIdSchema,
    renderId: renderIdSchema,
    image: assetIdSchema,
    width: z.int().positive(),
    height: z.int().positive(),
    frame: resolvedFrameSchema.describe('The part of the background that it shows.'),
    step: z.int().nonnegative(),
    total: z.int().positive(),
  }),
  /** A job started, progressed or ended. */
  'job.changed': jobStateSchema,
  'engine.changed': engineStatusSchema,
  /** A farm was connected, lost or restored. */
  'farm.changed': farmStateSchema,
  'settings.changed': settingsSchema,
  /** A file was added to, changed in or removed from the folders that library.list searches. */
  'library.changed': z.strictObject({}),
  /** A message for the user that is not the response to a command. */
  notice: z.strictObject({ level: noticeLevelSchema, notice: noticeSchema }),
  /** A request from the host's menu or the system. */
  'host.request': z.discriminatedUnion('what', [
    z.strictObject({ what: z.literal('openProject'), path: z.string() }),
    z.strictObject({ what: z.literal('action'), action: z.string().max(100) }),
  ]),
};

export type EventName = keyof typeof events;

export const eventNames = Object.keys(events) as readonly EventName[];

export type EventPayload<Name extends EventName> = z.output<(typeof events)[Name]>;

/** Any event, with its name. */
export type StudioEvent = {
  [Name in EventName]: { readonly event: Name; readonly payload: EventPayload<Name> };
}[EventName];

export function isEventName(name: unknown): name is EventName {
  return typeof name === 'string' && Object.hasOwn(events, name);
}
