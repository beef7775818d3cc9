/** The steps of a scene, what each one lacks, and what to do next. */
import { documentRequest, type MissingPart } from '../../electron/contract/document-request.ts';
import type { RenderRequest } from '../../electron/contract/render-request.ts';
import type { SceneDocument } from '../../electron/contract/scene-document.ts';

export const FLOW_STEPS = ['background', 'concepts', 'masks', 'render'] as const;
export type FlowStep = (typeof FLOW_STEPS)[number];

export interface FlowStepState {
  readonly step: FlowStep;
  /** What is missing; empty when the step is done. */
  readonly missing: readonly MissingPart[];
  /** Whether it is the first step that lacks something. */
  readonly isNext: boolean;
}

const stepOfPart: Readonly<Record<MissingPart['part'], FlowStep>> = {
  background: 'background',
  concepts: 'concepts',
  image: 'concepts',
  mask: 'masks',
  placement: 'masks',
};

/** Placeholder to find out what is missing, which does not depend on the pack. */
const anyPack: RenderRequest['pack'] = { id: 'any', version: '0', weights: '0'.repeat(64) };

/** Everything that a document lacks, in the order in which a user would add it. */
export function missingParts(document: SceneDocument): readonly MissingPart[] {
  const made = documentRequest(document, anyPack);
  return made.complete ? [] : made.missing;
}

/** The four steps of the flow. */
export function flowOf(document: SceneDocument): readonly FlowStepState[] {
  const missing = missingParts(document);
  const open = FLOW_STEPS.find((step) => missing.some(({ part }) => stepOfPart[part] === step)) ?? 'render';
  return FLOW_STEPS.map((step) => ({
    step,
    missing: missing.filter(({ part }) => stepOfPart[part] === step),
    isNext: step === open,
  }));
}
