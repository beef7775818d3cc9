/**
 * One open project as a state machine: (machine, event) -> machine + effects.
 *
 *   shown document = the confirmed history with every pending change applied in order
 *
 * A change shows at once and waits in the queue until the host has confirmed it; at most one call is in progress. The
 * machine is pure: calls to the host are effects, their responses are events (project-session.ts executes them). So a
 * test can play any interleaving of edits, responses, lost connections and host restarts.
 *
 * Invariant: every change ends exactly once, committed to this project or reported. After a lost connection it is
 * unknown whether the host applied the last change, so the machine reads the project before it resends that change.
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

/** Returns the same object if nothing changes. Must be pure: it is applied again to a newer document. */
export type DocumentEdit = (document: SceneDocument) => SceneDocument;

export type Change =
  /**
   * `edit` is null until it is prepared in its turn, for example while its picture is uploaded. It keeps its position
   * meanwhile.
   */
  | { readonly kind: 'edit'; readonly label: string; readonly edit: DocumentEdit | null }
  | { readonly kind: 'undo' }
  | { readonly kind: 'redo' }
  /** Another command whose response is the project's new state. */
  | { readonly kind: 'command' };

interface PendingChange {
  readonly id: number;
  readonly change: Change;
}

type Call =
  | { readonly kind: 'send'; readonly changeId: number; readonly sent: SceneDocument | null }
  /** Prepares a change. */
  | { readonly kind: 'prepare'; readonly changeId: number }
  /** Reads the host's state before the first change is sent, or resent. */
  | { readonly kind: 'read' }
  | { readonly kind: 'open' };

export interface ProjectMachine {
  readonly host: ProjectState;
  readonly confirmed: DocumentHistory;
  readonly pending: readonly PendingChange[];
  readonly call: (Call & { readonly callId: number }) | null;
  /** The base of a change sent without a response, to find out whether it arrived. */
  readonly unanswered: { readonly sent: SceneDocument | null; readonly base: ProjectState } | null;
  /** The project's file was moved, deleted or replaced: changes wait until it is saved under a name, or put back. */
  readonly isMoved: boolean;
  /** Then: the host cannot open the file either, and has nothing to save under a name. */
  readonly isGone: boolean;
  readonly nextCallId: number;
  readonly lastShown: SceneDocument;
}

export type ProjectEvent =
  | { readonly kind: 'change'; readonly id: number; readonly change: Change }
  /** The result of preparing a change announced with `edit: null`. */
  | { readonly kind: 'prepared'; readonly callId: number; readonly edit: DocumentEdit }
  | { readonly kind: 'answered'; readonly callId: number; readonly state: ProjectState }
  | {
      readonly kind: 'refused';
      readonly callId: number;
      readonly code: ErrorCode | null;
      readonly error: unknown;
    }
  /** An event of the host: another window's change. */
  | { readonly kind: 'received'; readonly state: ProjectState }
  /** The connection is back, possibly to another host: check whether the project is open there. */
  | { readonly kind: 'reconnected' }
  /** The project’s file may exist again. */
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
  /** Its response is `prepared`. */
  | {
      readonly kind: 'prepare';
      readonly callId: number;
      readonly projectId: string;
      readonly changeId: number;
    }
  | { readonly kind: 'open'; readonly callId: number; readonly path: string }
  /** A change is done: confirmed by the host, or without effect. */
  | { readonly kind: 'ended'; readonly changeId: number }
  /** A change has failed. */
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
    isGone: false,
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
  if (!present) return history;
  // One step, whose document is not known yet: an undo takes it back, and not the one before it.
  if (change.kind === 'command' || !change.edit) return commitTo(history, present);
  const after = applied(change.edit, present);
  return after === present || after instanceof Failure ? history : commitTo(history, after);
}

/** The documents after each unconfirmed change, except changes still being prepared. */
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

/**
 * An edit cannot be applied, because the document has changed meanwhile: for example, it has no room for another
 * concept.
 */
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

/** The document with all changes; while an undo's target is unknown, the one before the undo. */
export function shownDocument(machine: ProjectMachine): SceneDocument {
  return presentOf(projected(machine)) ?? machine.lastShown;
}

/** Processes one event. Events about outdated calls are ignored. */
export function stepProject(machine: ProjectMachine, event: ProjectEvent): ProjectStep {
  const step = advance(react(machine, event));
  return { ...step, machine: { ...step.machine, lastShown: shownDocument(step.machine) } };
}

function react(machine: ProjectMachine, event: ProjectEvent): ProjectStep {
  switch (event.kind) {
    case 'change':
      return {
        // The user may have put the file back: retry the first change.
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
      // The response of a call in progress has the same or newer state; preparing has none.
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
  // The project was read because a sent change got no response.
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
    // Another window was faster, or the fate of the change is unknown: read the project.
    case 'PROJECT_CONFLICT':
    case 'HOST_UNREACHABLE':
      return call({ ...machine, unanswered }, ended.kind === 'open' ? { kind: 'open' } : { kind: 'read' });
    // A restarted host has to open the file again.
    case 'PROJECT_UNKNOWN':
      if (ended.kind !== 'open') return call({ ...machine, unanswered }, { kind: 'open' });
      break;
    case 'PROJECT_MOVED':
      return { machine: { ...machine, isMoved: true, isGone: false }, effects: [] };
    // The same with a host that was restarted, or closed the project, meanwhile: pending changes wait for the file.
    case 'PROJECT_MISSING':
      if (ended.kind === 'open' && machine.pending.length > 0) {
        return { machine: { ...machine, isMoved: true, isGone: true, unanswered }, effects: [] };
      }
      break;
    default:
  }
  // If reading fails, the waiting change cannot be sent either: it has failed.
  const first = machine.pending[0];
  const failed = { ...machine, unanswered: null };
  return first
    ? failChange(failed, first.id, error)
    : { machine: failed, effects: [{ kind: 'report', error }] };
}

/** Whether the host applied a change whose response was lost. */
function isTaken(
  change: Change | undefined,
  { sent, base }: NonNullable<ProjectMachine['unanswered']>,
  now: ProjectState,
): boolean {
  // A restarted host counts revisions from the beginning; positions are stored in the file.
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

/** Prepares or sends the first pending change if possible; changes without effect end here. */
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

/** Adopts the host's state, and keeps the part of the known history that is still valid. */
function confirm(machine: ProjectMachine, state: ProjectState): ProjectMachine {
  const { position, length } = state.history;
  const isOneOn = position === machine.confirmed.position + 1;
  const known = new Map(
    [...machine.confirmed.known].filter(
      // A commit removed the later states; a new host has none of ours.
      ([at]) =>
        state.projectId === machine.host.projectId && (at < position || !isOneOn || length > position + 1),
    ),
  );
  known.set(position, state.document);
  return { ...machine, host: state, confirmed: { position, length, known } };
}
