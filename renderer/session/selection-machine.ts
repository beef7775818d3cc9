/**
 * Smart select's questions as a state machine: (machine, event) -> machine + effects. The newest question is the one
 * that counts; the one before is cancelled, as soon as its job is known.
 *
 * Invariant: every question settles once.
 */
import type { AssetId } from '../../electron/contract/render-request.ts';

export interface SelectionMachine {
  /** The question that counts, while it has no answer. */
  readonly current: { readonly questionId: number; readonly jobId: string | null } | null;
}

export type SelectionEvent =
  /** `isEmpty`: nothing is selected, which only takes back what was asked before. */
  | { readonly kind: 'asked'; readonly questionId: number; readonly isEmpty: boolean }
  /** The host has begun to look. */
  | { readonly kind: 'begun'; readonly questionId: number; readonly jobId: string }
  /** undefined: nothing was found, or the job was cancelled. */
  | { readonly kind: 'answered'; readonly questionId: number; readonly mask: AssetId | undefined }
  | { readonly kind: 'refused'; readonly questionId: number; readonly error: unknown };

export type SelectionEffect =
  | { readonly kind: 'ask'; readonly questionId: number }
  | { readonly kind: 'cancel'; readonly jobId: string }
  | { readonly kind: 'settle'; readonly questionId: number; readonly mask: AssetId | undefined }
  | { readonly kind: 'fail'; readonly questionId: number; readonly error: unknown };

export interface SelectionStep {
  readonly machine: SelectionMachine;
  readonly effects: readonly SelectionEffect[];
}

export const noSelection: SelectionMachine = { current: null };

/** Plays one event. What is said of a question that no longer counts changes nothing, but for a job to be cancelled. */
export function stepSelection(machine: SelectionMachine, event: SelectionEvent): SelectionStep {
  const { current } = machine;
  const { questionId } = event;
  const isCurrent = current?.questionId === questionId;
  switch (event.kind) {
    case 'asked': {
      const before: SelectionEffect[] =
        current === null
          ? []
          : [
              ...(current.jobId === null ? [] : [{ kind: 'cancel', jobId: current.jobId } as const]),
              { kind: 'settle', questionId: current.questionId, mask: undefined },
            ];
      if (event.isEmpty) {
        return {
          machine: noSelection,
          effects: [...before, { kind: 'settle', questionId, mask: undefined }],
        };
      }
      return {
        machine: { current: { questionId, jobId: null } },
        effects: [...before, { kind: 'ask', questionId }],
      };
    }
    case 'begun':
      if (!isCurrent) return { machine, effects: [{ kind: 'cancel', jobId: event.jobId }] };
      return { machine: { current: { questionId, jobId: event.jobId } }, effects: [] };
    case 'answered':
      if (!isCurrent) return { machine, effects: [] };
      return { machine: noSelection, effects: [{ kind: 'settle', questionId, mask: event.mask }] };
    case 'refused':
      if (!isCurrent) return { machine, effects: [] };
      return { machine: noSelection, effects: [{ kind: 'fail', questionId, error: event.error }] };
  }
}
