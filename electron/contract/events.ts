/** Events from a host to its windows: one table, from which both ends are made. */
import * as z from 'zod';
import { engineStatusSchema } from './engine-status.ts';
import { resolvedFrameSchema } from './frame.ts';
import { jobStateSchema } from './jobs.ts';
import { renderProgressSchema } from './progress.ts';
import { projectIdSchema, projectStateSchema } from './project-state.ts';
import { queueStateSchema, renderIdSchema, renderSummarySchema } from './render-record.ts';
import { assetIdSchema } from './render-request.ts';
import { settingsSchema } from './settings.ts';

export const noticeLevelSchema = z.enum(['info', 'warning', 'error']);

export const events = {
  /** The document or its history changed, in whatever window. */
  'project.changed': projectStateSchema,
  'project.closed': z.strictObject({ projectId: projectIdSchema }),
  'queue.changed': queueStateSchema,
  /** A render was queued, began, ended, or was starred, named, deleted. */
  'render.changed': z.strictObject({ projectId: projectIdSchema, render: renderSummarySchema }),
  'render.progress': renderProgressSchema.extend({
    projectId: projectIdSchema,
    renderId: renderIdSchema,
    timeLeftMs: z.number().nonnegative().nullable().describe('null until it can be told.'),
  }),
  /** A small picture of what is being made; its bytes are served by the asset route for a while. */
  'render.preview': z.strictObject({
    projectId: projectIdSchema,
    renderId: renderIdSchema,
    image: assetIdSchema,
    width: z.int().positive(),
    height: z.int().positive(),
    frame: resolvedFrameSchema.describe('What of the background it shows.'),
    step: z.int().nonnegative(),
    total: z.int().positive(),
  }),
  /** A job began, went on or ended. */
  'job.changed': jobStateSchema,
  'engine.changed': engineStatusSchema,
  'settings.changed': settingsSchema,
  /** Something the user should know that no command's answer says. */
  notice: z.strictObject({ level: noticeLevelSchema, message: z.string() }),
  /** The host's menu or system asks the window for something. */
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
