/**
 * State handed to the next page in the same tab: unsaved gestures, and renders whose results it should show. In
 * sessionStorage, which is written before the page closes (docs/decisions/0085).
 */
import * as z from 'zod';
import { StudioError } from '../../electron/contract/errors.ts';
import { filePathSchema } from '../../electron/contract/project-state.ts';
import { renderIdSchema } from '../../electron/contract/render-record.ts';
import { assetIdSchema } from '../../electron/contract/render-request.ts';
import { reportError } from './notices.ts';

const KEY = 'pnp-mix-studio.page';

const pointSchema = z.strictObject({ x: z.number(), y: z.number() });
const dabSchema = pointSchema.extend({
  radiusPx: z.number().positive(),
  opacity: z.number().min(0).max(1).optional(),
});
const mode = z.enum(['paint', 'erase']);
const effectSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('stamp'), from: dabSchema, to: dabSchema, hardness: z.number(), mode }),
  z.strictObject({ kind: z.literal('polygon'), points: z.array(pointSchema).readonly(), mode }),
  z.strictObject({ kind: z.literal('flood'), point: pointSchema, mode }),
  z.strictObject({
    kind: z.literal('transform'),
    transform: z.strictObject({
      offsetX: z.number(),
      offsetY: z.number(),
      scaleX: z.number(),
      scaleY: z.number(),
      originX: z.number(),
      originY: z.number(),
    }),
  }),
]);
const label = z.enum([
  'brush',
  'eraser',
  'lasso',
  'polygon',
  'rectangle',
  'ellipse',
  'fill',
  'select',
  'move',
]);

const pageMemorySchema = z.strictObject({
  /** The project that was open. */
  path: filePathSchema,
  gestures: z
    .array(
      z.strictObject({
        targetId: z.string(),
        size: z.strictObject({ width: z.int().positive(), height: z.int().positive() }),
        base: assetIdSchema.nullable().optional(),
        result: assetIdSchema.nullable().optional(),
        label,
        effects: z.array(effectSchema).readonly(),
        isCutShort: z.boolean(),
      }),
    )
    .readonly(),
  awaited: z.array(z.strictObject({ renderId: renderIdSchema, hasPainted: z.boolean() })).readonly(),
});
export type PageMemory = z.infer<typeof pageMemorySchema>;

/**
 * Stores this page's state, replacing that of a previous page. Where the browser has no room for the gestures, of which
 * an hour without a connection leaves many, the renders alone.
 */
export function suspendPage(memory: PageMemory): void {
  forgetPage();
  for (const gestures of [memory.gestures, []]) {
    if (gestures.length + memory.awaited.length === 0) return;
    try {
      sessionStorage.setItem(KEY, JSON.stringify({ ...memory, gestures }));
      return;
    } catch (error) {
      console.warn('The browser has no room for what is being drawn.', error);
    }
  }
}

/** Takes the previous page's state of a project, once. */
export function recallPage(path: string): PageMemory | undefined {
  const text = sessionStorage.getItem(KEY);
  if (text === null) return undefined;
  forgetPage();
  try {
    const memory = pageMemorySchema.parse(JSON.parse(text));
    return memory.path === path ? memory : undefined;
  } catch (cause) {
    reportError(
      new StudioError('INTERNAL', 'What was being drawn when the page closed cannot be read.', { cause }),
    );
    return undefined;
  }
}

export function forgetPage(): void {
  sessionStorage.removeItem(KEY);
}
