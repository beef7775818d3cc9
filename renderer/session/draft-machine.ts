/**
 * The live drafts of one project as a state machine: (machine, event) -> machine + effects. At most one is in
 * progress, the newest scene wins, and at most one is kept. A draft of an outdated scene is cancelled; when a new one
 * has finished, the previous one is retired.
 *
 * At most one call is in progress: events while a draft is being queued are handled when its id is known.
 */
import type { RenderSummary } from '../../electron/contract/render-record.ts';
import type { SceneDocument } from '../../electron/contract/scene-document.ts';

export interface DraftMachine {
  /** Whether drafts are on. */
  readonly isOn: boolean;
  /** The scene to queue a draft of next. */
  readonly wanted: SceneDocument | null;
  readonly call: { readonly kind: 'enqueue' | 'cancel'; readonly callId: number } | null;
  /** The draft queued or running at the host. */
  readonly underWay: string | null;
  /** The last finished one, which is in the history. */
  readonly last: string | null;
  /** Cancelled ones; one may still finish, if the cancellation came too late. */
  readonly dropped: ReadonlySet<string>;
  readonly nextCallId: number;
}

export type DraftEvent =
  /** A draft of this scene is requested, replacing the previous one. */
  | { readonly kind: 'wanted'; readonly document: SceneDocument }
  /** Drafts are switched off. */
  | { readonly kind: 'stopped' }
  /** The host has queued the draft; `render` is its latest known state. */
  | { readonly kind: 'queued'; readonly callId: number; readonly render: DraftState }
  /** The host has cancelled it, or it had already finished. */
  | { readonly kind: 'cancelled'; readonly callId: number }
  | { readonly kind: 'refused'; readonly callId: number; readonly error: unknown }
  /** A render changed its state. */
  | { readonly kind: 'changed'; readonly render: DraftState };

type DraftState = Pick<RenderSummary, 'renderId' | 'state'>;

export type DraftEffect =
  | { readonly kind: 'enqueue'; readonly callId: number; readonly document: SceneDocument }
  | { readonly kind: 'cancel'; readonly callId: number; readonly renderId: string }
  /** Removes it from the history in any case. */
  | { readonly kind: 'remove'; readonly renderId: string }
  /** Removes it from the history, unless the user has starred or named it. */
  | { readonly kind: 'retire'; readonly renderId: string }
  | { readonly kind: 'report'; readonly error: unknown };

export interface DraftStep {
  readonly machine: DraftMachine;
  readonly effects: readonly DraftEffect[];
}

export const noDrafts: DraftMachine = {
  isOn: false,
  wanted: null,
  call: null,
  underWay: null,
  last: null,
  dropped: new Set(),
  nextCallId: 0,
};

/** Processes one event. Responses to outdated calls are ignored. */
export function stepDrafts(machine: DraftMachine, event: DraftEvent): DraftStep {
  return advance(react(machine, event));
}

function react(machine: DraftMachine, event: DraftEvent): DraftStep {
  const isAnswer = 'callId' in event && event.callId === machine.call?.callId;
  switch (event.kind) {
    case 'wanted':
      return { machine: { ...machine, isOn: true, wanted: event.document }, effects: [] };
    case 'stopped':
      return { machine: { ...machine, isOn: false, wanted: null }, effects: [] };
    case 'changed':
      return changed(machine, event.render);
    case 'queued':
      if (!isAnswer) return { machine, effects: [] };
      return changed({ ...machine, call: null, underWay: event.render.renderId }, event.render);
    case 'cancelled':
      return { machine: isAnswer ? { ...machine, call: null } : machine, effects: [] };
    case 'refused': {
      if (!isAnswer) return { machine, effects: [] };
      // A draft that could not be cancelled may still run: queue nothing meanwhile.
      const wanted = machine.call?.kind === 'cancel' ? null : machine.wanted;
      return {
        machine: { ...machine, call: null, wanted },
        effects: [{ kind: 'report', error: event.error }],
      };
    }
  }
}

function changed(machine: DraftMachine, { renderId, state }: DraftState): DraftStep {
  if (state === 'queued' || state === 'running') return { machine, effects: [] };
  if (machine.dropped.has(renderId)) {
    const dropped = new Set([...machine.dropped].filter((id) => id !== renderId));
    return {
      machine: { ...machine, dropped },
      effects: state === 'cancelled' ? [] : [{ kind: 'remove', renderId }],
    };
  }
  if (renderId !== machine.underWay) return { machine, effects: [] };
  const ended = { ...machine, underWay: null };
  if (state === 'cancelled') return { machine: ended, effects: [] };
  return {
    machine: { ...ended, last: renderId },
    effects: machine.last === null ? [] : [{ kind: 'retire', renderId: machine.last }],
  };
}

/** Cancels an outdated draft, and queues the requested one. */
function advance({ machine, effects }: DraftStep): DraftStep {
  const { isOn, wanted, call, underWay, nextCallId } = machine;
  if (call !== null) return { machine, effects };
  if (underWay !== null && (!isOn || wanted !== null)) {
    return {
      machine: {
        ...machine,
        underWay: null,
        dropped: new Set([...machine.dropped, underWay]),
        call: { kind: 'cancel', callId: nextCallId },
        nextCallId: nextCallId + 1,
      },
      effects: [...effects, { kind: 'cancel', callId: nextCallId, renderId: underWay }],
    };
  }
  if (wanted === null) return { machine, effects };
  return {
    machine: {
      ...machine,
      wanted: null,
      call: { kind: 'enqueue', callId: nextCallId },
      nextCallId: nextCallId + 1,
    },
    effects: [...effects, { kind: 'enqueue', callId: nextCallId, document: wanted }],
  };
}
