/**
 * Smart select's requests as a state machine: (machine, event) -> machine + effects. Only the newest request counts;
 * the previous one is cancelled as soon as its job is known.
 *
 * Invariant: every request settles once.
 */
import type { AssetId } from '../../electron/contract/render-request.ts';

export interface SelectionMachine {
  /** The current pending request. */
  readonly current: { readonly questionId: number; readonly jobId: string | null } | null;
}

export type SelectionEvent =
  /** `isEmpty`: an empty selection, which only cancels the previous request. */
  | { readonly kind: 'asked'; readonly questionId: number; readonly isEmpty: boolean }
  /** The host has started the job. */
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

/** Processes one event. Events of outdated requests are ignored, except to cancel their jobs. */
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
