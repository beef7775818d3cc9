/**
 * One open project as a state machine: (machine, event) -> machine + effects.
 *
 *   shown document = the confirmed history with every pending change applied in order
 *
 * A change shows at once and waits in the queue until the host has confirmed it; at most one call is under way. The
 * machine does nothing by itself: calls to the host are effects, their answers are events (project-session.ts carries
 * them out). So every interleaving of edits, answers, lost connections and restarted hosts can be played in a test.
 *
 * Invariant: every change ends exactly once, committed to this project or reported. A connection that breaks leaves it
 * open whether the host took the last change, so the machine reads the project before it sends that change again.
 */
import type { ErrorCode } from '../../electron/contract/errors.ts';
import type { ProjectState } from '../../electron/contract/project-state.ts';
import type { SceneDocument } from '../../electron/contract/scene-document.ts';
import {
  commitTo,
  type DocumentHistory,
  presentOf,
  redoIn,
  startHistory,
  undoIn,
} from '../editor/document-history.ts';
import { isSameDocument } from '../editor/same-document.ts';
import type { PendingSteps } from './unsaved-changes.ts';

/** Returns the same object when there is nothing to change. Must be pure: it is applied again on a newer document. */
export type DocumentEdit = (document: SceneDocument) => SceneDocument;

export type Change =
  /** `edit` is null until it was prepared, in its turn: its picture is being taken in, say. It keeps its place meanwhile. */
  | { readonly kind: 'edit'; readonly label: string; readonly edit: DocumentEdit | null }
  | { readonly kind: 'undo' }
  | { readonly kind: 'redo' }
  /** Another command that answers with the project's new state. */
  | { readonly kind: 'command' };

interface PendingChange {
  readonly id: number;
  readonly change: Change;
}

type Call =
  | { readonly kind: 'send'; readonly changeId: number; readonly sent: SceneDocument | null }
  /** Finds out what a change does. */
  | { readonly kind: 'prepare'; readonly changeId: number }
  /** Looks what the host has, before the first change is sent (again). */
  | { readonly kind: 'read' }
  | { readonly kind: 'open' };

export interface ProjectMachine {
  readonly host: ProjectState;
  readonly confirmed: DocumentHistory;
  readonly pending: readonly PendingChange[];
  readonly call: (Call & { readonly callId: number }) | null;
  /** A change was sent and no answer came: what it was sent on, to see whether it arrived. */
  readonly unanswered: { readonly sent: SceneDocument | null; readonly base: ProjectState } | null;
  /** The project's file was moved, deleted or replaced: changes wait until it is saved under a name, or put back. */
  readonly isMoved: boolean;
  readonly nextCallId: number;
  readonly lastShown: SceneDocument;
}

export type ProjectEvent =
  | { readonly kind: 'change'; readonly id: number; readonly change: Change }
  /** What a change does that was announced with `edit: null`. */
  | { readonly kind: 'prepared'; readonly callId: number; readonly edit: DocumentEdit }
  | { readonly kind: 'answered'; readonly callId: number; readonly state: ProjectState }
  | {
      readonly kind: 'refused';
      readonly callId: number;
      readonly code: ErrorCode | null;
      readonly error: unknown;
    }
  /** The host tells unasked: another window's change. */
  | { readonly kind: 'received'; readonly state: ProjectState }
  /** The connection is back, perhaps to another host: look whether the project is open there. */
  | { readonly kind: 'reconnected' }
  /** The project’s file may be there again. */
  | { readonly kind: 'retried' };

export type ProjectEffect =
  | {
      readonly kind: 'commit';
      readonly callId: number;
      readonly projectId: string;
      readonly document: SceneDocument;
      readonly label: string;
      readonly baseRevision: number;
    }
  | { readonly kind: 'undo' | 'redo' | 'read'; readonly callId: number; readonly projectId: string }
  | {
      readonly kind: 'command';
      readonly callId: number;
      readonly projectId: string;
      readonly changeId: number;
    }
  /** Its answer is `prepared`. */
  | {
      readonly kind: 'prepare';
      readonly callId: number;
      readonly projectId: string;
      readonly changeId: number;
    }
  | { readonly kind: 'open'; readonly callId: number; readonly path: string }
  /** A change has ended: confirmed by the host, or without effect. */
  | { readonly kind: 'ended'; readonly changeId: number }
  /** A change has ended without having been made. */
  | { readonly kind: 'failed'; readonly changeId: number; readonly error: unknown }
  | { readonly kind: 'report'; readonly error: unknown };

export interface ProjectStep {
  readonly machine: ProjectMachine;
  readonly effects: readonly ProjectEffect[];
}

export function startProject(host: ProjectState): ProjectMachine {
  return {
    host,
    confirmed: startHistory(host.document, host.history.position, host.history.length),
    pending: [],
    call: null,
    unanswered: null,
    isMoved: false,
    nextCallId: 0,
    lastShown: host.document,
  };
}

/** The history with every pending change applied. */
export function projected({ confirmed, pending }: ProjectMachine): DocumentHistory {
  return pending.reduce((history, { change }) => changed(history, change), confirmed);
}

function changed(history: DocumentHistory, change: Change): DocumentHistory {
  if (change.kind === 'undo') return undoIn(history) ?? history;
  if (change.kind === 'redo') return redoIn(history) ?? history;
  const present = presentOf(history);
  if (change.kind === 'command' || !change.edit || !present) return history;
  const after = applied(change.edit, present);
  return after === present || after instanceof Failure ? history : commitTo(history, after);
}

/** The documents after each change that the host has not confirmed; changes that are not known yet are left out. */
export function unsavedSteps({ confirmed, pending }: ProjectMachine): PendingSteps | undefined {
  const base = presentOf(confirmed);
  const steps: { label: string; document: SceneDocument }[] = [];
  let history = confirmed;
  for (const { change } of pending) {
    history = changed(history, change);
    const document = presentOf(history);
    if (document === undefined || document === (steps.at(-1)?.document ?? base)) continue;
    steps.push({ label: change.kind === 'edit' ? change.label : '', document });
  }
  return base === undefined || steps.length === 0 ? undefined : { base, steps };
}

/** An edit that cannot be applied, since the document has changed under it: there is no room for one more concept, say. */
class Failure {
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }
}

function applied(edit: DocumentEdit, document: SceneDocument): SceneDocument | Failure {
  try {
    return edit(document);
  } catch (error) {
    return new Failure(error);
  }
}

/** The document with everything that was done; while an undo's target is not known, the one before. */
export function shownDocument(machine: ProjectMachine): SceneDocument {
  return presentOf(projected(machine)) ?? machine.lastShown;
}

/** Plays one event. Events about calls that are no longer under way change nothing. */
export function stepProject(machine: ProjectMachine, event: ProjectEvent): ProjectStep {
  const step = advance(react(machine, event));
  return { ...step, machine: { ...step.machine, lastShown: shownDocument(step.machine) } };
}

function react(machine: ProjectMachine, event: ProjectEvent): ProjectStep {
  switch (event.kind) {
    case 'change':
      return {
        // The file may have been put back by hand: the first change is tried again.
        machine: {
          ...machine,
          isMoved: false,
          pending: [...machine.pending, { id: event.id, change: event.change }],
        },
        effects: [],
      };
    case 'prepared': {
      const { call: ended } = machine;
      if (ended?.callId !== event.callId || ended.kind !== 'prepare') return { machine, effects: [] };
      return {
        machine: {
          ...machine,
          call: null,
          pending: machine.pending.map((pending) =>
            pending.id === ended.changeId && pending.change.kind === 'edit'
              ? { ...pending, change: { ...pending.change, edit: event.edit } }
              : pending,
          ),
        },
        effects: [],
      };
    }
    case 'received':
      // While a call is under way its answer says the same or more; preparing says nothing of the project.
      if (
        (machine.call && machine.call.kind !== 'prepare') ||
        event.state.projectId !== machine.host.projectId ||
        event.state.revision < machine.host.revision
      )
        return { machine, effects: [] };
      return { machine: { ...confirm(machine, event.state), isMoved: false }, effects: [] };
    case 'retried':
      return { machine: { ...machine, isMoved: false }, effects: [] };
    case 'reconnected':
      return machine.call ? { machine, effects: [] } : call(machine, { kind: 'read' });
    case 'answered':
      if (machine.call?.callId !== event.callId) return { machine, effects: [] };
      return answered({ ...machine, call: null }, machine.call, event.state);
    case 'refused':
      if (machine.call?.callId !== event.callId) return { machine, effects: [] };
      return refused({ ...machine, call: null }, machine.call, event.code, event.error);
  }
}

function answered(machine: ProjectMachine, ended: Call, state: ProjectState): ProjectStep {
  const { unanswered } = machine;
  const after = confirm(machine, state);
  if (ended.kind === 'send') return endFirst({ ...after, unanswered: null });
  if (!unanswered) return { machine: after, effects: [] };
  // The project was read since a change had gone out without an answer.
  const hasArrived = isTaken(machine.pending[0]?.change, unanswered, state);
  return hasArrived
    ? endFirst({ ...after, unanswered: null })
    : { machine: { ...after, unanswered: null }, effects: [] };
}

function refused(machine: ProjectMachine, ended: Call, code: ErrorCode | null, error: unknown): ProjectStep {
  const unanswered =
    ended.kind === 'send' && code === 'HOST_UNREACHABLE'
      ? { sent: ended.sent, base: machine.host }
      : machine.unanswered;
  switch (code) {
    // Another window was quicker, or nothing is known of the change: look what is there.
    case 'PROJECT_CONFLICT':
    case 'HOST_UNREACHABLE':
      return call({ ...machine, unanswered }, ended.kind === 'open' ? { kind: 'open' } : { kind: 'read' });
    // A host that was restarted opens the file again.
    case 'PROJECT_UNKNOWN':
      if (ended.kind !== 'open') return call({ ...machine, unanswered }, { kind: 'open' });
      break;
    case 'PROJECT_MOVED':
      return { machine: { ...machine, isMoved: true }, effects: [] };
    // The same at a host that was restarted meanwhile: what is pending waits for the file.
    case 'PROJECT_MISSING':
      if (ended.kind === 'open' && machine.pending.length > 0) {
        return { machine: { ...machine, isMoved: true, unanswered }, effects: [] };
      }
      break;
    default:
  }
  // Without an answer to reading, the change that waits for it cannot be sent either: it has failed.
  const first = machine.pending[0];
  const failed = { ...machine, unanswered: null };
  return first
    ? failChange(failed, first.id, error)
    : { machine: failed, effects: [{ kind: 'report', error }] };
}

/** Whether the host took a change whose answer was lost. */
function isTaken(
  change: Change | undefined,
  { sent, base }: NonNullable<ProjectMachine['unanswered']>,
  now: ProjectState,
): boolean {
  // A host that was restarted counts revisions from the beginning; positions stand in the file.
  const moved = now.history.position - base.history.position;
  switch (change?.kind) {
    case 'edit':
      return moved === 1 && sent !== null && isSameDocument(sent, now.document);
    case 'undo':
      return moved === -1;
    case 'redo':
      return moved === 1;
    default:
      return false;
  }
}

function endFirst(machine: ProjectMachine): ProjectStep {
  return endChange(machine, machine.pending[0]!.id);
}

function endChange(machine: ProjectMachine, changeId: number): ProjectStep {
  return {
    machine: { ...machine, pending: machine.pending.filter(({ id }) => id !== changeId) },
    effects: [{ kind: 'ended', changeId }],
  };
}

function failChange(machine: ProjectMachine, changeId: number, error: unknown): ProjectStep {
  const { machine: after } = endChange(machine, changeId);
  return { machine: after, effects: [{ kind: 'failed', changeId, error }] };
}

/** Prepares or sends the first pending change when it may go; changes that turn out to do nothing end here. */
function advance({ machine, effects }: ProjectStep): ProjectStep {
  const first = machine.pending[0];
  if (machine.call || machine.isMoved || !first) return { machine, effects };
  const then = (step: ProjectStep): ProjectStep => ({
    machine: step.machine,
    effects: [...effects, ...step.effects],
  });
  const { change } = first;
  if (change.kind !== 'edit') return then(call(machine, { kind: 'send', changeId: first.id, sent: null }));
  if (!change.edit) return then(call(machine, { kind: 'prepare', changeId: first.id }));
  const document = applied(change.edit, machine.host.document);
  if (document instanceof Failure) return advance(then(failChange(machine, first.id, document.error)));
  if (isSameDocument(document, machine.host.document)) return advance(then(endFirst(machine)));
  return then(call(machine, { kind: 'send', changeId: first.id, sent: document }));
}

function call(machine: ProjectMachine, next: Call): ProjectStep {
  const callId = machine.nextCallId;
  const { projectId, path, revision } = machine.host;
  return {
    machine: { ...machine, call: { ...next, callId }, nextCallId: callId + 1 },
    effects: [effect()],
  };

  function effect(): ProjectEffect {
    if (next.kind === 'open') return { kind: 'open', callId, path };
    if (next.kind === 'read') return { kind: 'read', callId, projectId };
    if (next.kind === 'prepare') return { kind: 'prepare', callId, projectId, changeId: next.changeId };
    const change = machine.pending[0]!.change;
    if (change.kind === 'edit') {
      return {
        kind: 'commit',
        callId,
        projectId,
        document: next.sent!,
        label: change.label,
        baseRevision: revision,
      };
    }
    if (change.kind === 'command') return { kind: 'command', callId, projectId, changeId: next.changeId };
    return { kind: change.kind, callId, projectId };
  }
}

/** Takes over what the host says, and what of the known history still holds. */
function confirm(machine: ProjectMachine, state: ProjectState): ProjectMachine {
  const { position, length } = state.history;
  const isOneOn = position === machine.confirmed.position + 1;
  const known = new Map(
    [...machine.confirmed.known].filter(
      // A commit cut off what lay behind it; a new host knows nothing of ours.
      ([at]) =>
        state.projectId === machine.host.projectId && (at < position || !isOneOn || length > position + 1),
    ),
  );
  known.set(position, state.document);
  return { ...machine, host: state, confirmed: { position, length, known } };
}
