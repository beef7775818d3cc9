/**
 * The live drafts of one project as a state machine: (machine, event) -> machine + effects. At most one is under way,
 * the newest scene wins, and at most one is kept. A draft of a scene that is no more is cancelled; when a new one has
 * ended, the one before is retired.
 *
 * At most one call is under way: what happens while a draft is being queued is seen to when its id is known.
 */
import type { RenderSummary } from '../../electron/contract/render-record.ts';
import type { SceneDocument } from '../../electron/contract/scene-document.ts';

export interface DraftMachine {
  /** Switched on, and nobody has stopped it since. */
  readonly isOn: boolean;
  /** The scene whose draft is to be queued next. */
  readonly wanted: SceneDocument | null;
  readonly call: { readonly kind: 'enqueue' | 'cancel'; readonly callId: number } | null;
  /** The draft that waits or runs at the host. */
  readonly underWay: string | null;
  /** The last one that ended; it stands in the history. */
  readonly last: string | null;
  /** Those that were cancelled: one may be done all the same, when the cancelling came too late. */
  readonly dropped: ReadonlySet<string>;
  readonly nextCallId: number;
}

export type DraftEvent =
  /** A draft of this scene is wanted, in the place of the one before. */
  | { readonly kind: 'wanted'; readonly document: SceneDocument }
  /** No draft is wanted any more. */
  | { readonly kind: 'stopped' }
  /** The host has queued the draft; `render` is the newest that is known of it. */
  | { readonly kind: 'queued'; readonly callId: number; readonly render: DraftState }
  /** The host has cancelled it, or it had ended. */
  | { readonly kind: 'cancelled'; readonly callId: number }
  | { readonly kind: 'refused'; readonly callId: number; readonly error: unknown }
  /** A render changed its state. */
  | { readonly kind: 'changed'; readonly render: DraftState };

type DraftState = Pick<RenderSummary, 'renderId' | 'state'>;

export type DraftEffect =
  | { readonly kind: 'enqueue'; readonly callId: number; readonly document: SceneDocument }
  | { readonly kind: 'cancel'; readonly callId: number; readonly renderId: string }
  /** Takes it out of the history, whatever it is. */
  | { readonly kind: 'remove'; readonly renderId: string }
  /** Takes it out of the history, unless the user has starred or named it. */
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

/** Plays one event. Answers to calls that are no longer under way change nothing. */
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
      // One that could not be cancelled may still run: nothing is queued beside it.
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

/** Cancels what nobody wants any more, and queues what is wanted. */
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
