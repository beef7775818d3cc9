/** Sweeps: renders of every pair of values of two parameters. */
import * as z from 'zod';
import { StudioError } from './errors.ts';
import { alphaSchema, type RenderParameters, renderParametersSchema } from './parameters.ts';
import type { SceneDocument } from './scene-document.ts';

/** Most values along one axis. */
export const MAX_SWEEP_VALUES = 8;

/** What can vary along an axis: every parameter that is a number. */
export const SWEEP_PARAMETERS = [
  'alpha',
  'strength',
  'beta',
  'steps',
  'seed',
  'swapGuidanceScale',
  'guidanceScale',
  'featherPx',
  'blendEdgePx',
  'expandLatent',
  'regionGrowPx',
  'bandLatent',
  'startAt',
  'detail',
] as const satisfies readonly ('alpha' | 'strength' | keyof RenderParameters)[];

export const sweepParameterSchema = z.enum(SWEEP_PARAMETERS);
export type SweepParameter = z.infer<typeof sweepParameterSchema>;

export function isConceptParameter(parameter: SweepParameter): parameter is 'alpha' | 'strength' {
  return parameter === 'alpha' || parameter === 'strength';
}

/** The values that a parameter may have. */
export function sweepValueSchema(parameter: SweepParameter): z.ZodType<number> {
  if (parameter === 'alpha') return alphaSchema;
  if (parameter === 'strength') return z.number().min(0).max(1);
  return renderParametersSchema.shape[parameter];
}

export const sweepAxisSchema = z
  .strictObject({
    parameter: sweepParameterSchema,
    values: z.array(z.number()).min(1).max(MAX_SWEEP_VALUES),
  })
  .superRefine(({ parameter, values }, context) => {
    for (const value of values) {
      const { error } = sweepValueSchema(parameter).safeParse(value);
      for (const { message } of error?.issues ?? []) {
        context.addIssue({ code: 'custom', message: `${parameter} ${value}: ${message}`, path: ['values'] });
      }
    }
  });
export type SweepAxis = z.infer<typeof sweepAxisSchema>;

/** A value along an axis. */
export const sweepPlaceSchema = z.strictObject({ parameter: sweepParameterSchema, value: z.number() });
export type SweepPlace = z.infer<typeof sweepPlaceSchema>;

/** A place on both axes, and the concept whose parameters vary; null: those of all. */
export interface SweepPlaces {
  readonly x: SweepPlace;
  readonly y: SweepPlace;
  readonly conceptId?: string | null | undefined;
}

/**
 * A document with both values of a cell.
 *
 * @throws StudioError PARAMETER_INVALID when the cell's concept is gone
 */
export function withCell(document: SceneDocument, { x, y, conceptId = null }: SweepPlaces): SceneDocument {
  return withSwept(withSwept(document, x, conceptId), y, conceptId);
}

/**
 * A document with a value of a sweep.
 *
 * @param conceptId the concept that a concept's parameter changes; null: all of them
 * @throws StudioError PARAMETER_INVALID when there is no such concept
 */
function withSwept(
  document: SceneDocument,
  { parameter, value }: SweepPlace,
  conceptId: string | null,
): SceneDocument {
  if (!isConceptParameter(parameter)) {
    return { ...document, parameters: { ...document.parameters, [parameter]: value } };
  }
  if (conceptId !== null && !document.concepts.some(({ id }) => id === conceptId)) {
    throw new StudioError('PARAMETER_INVALID', 'The scene no longer has this concept.');
  }
  return {
    ...document,
    concepts: document.concepts.map((concept) =>
      conceptId === null || concept.id === conceptId ? { ...concept, [parameter]: value } : concept,
    ),
  };
}
