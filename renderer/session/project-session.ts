/**
 * One open project in the editor: executes the effects of its state machine (project-machine.ts).
 *
 * When another project is shown, a session continues until the host has all of its changes.
 */
import i18next from 'i18next';
import { cutText } from '../../electron/contract/cut-text.ts';
import type { ErrorCode } from '../../electron/contract/errors.ts';
import { StudioError } from '../../electron/contract/errors.ts';
import { MAX_LABEL_LENGTH, type ProjectState } from '../../electron/contract/project-state.ts';
import type { SceneDocument } from '../../electron/contract/scene-document.ts';
import type { StudioClient } from '../client/studio-client.ts';
import { redoIn, undoIn } from '../editor/document-history.ts';
import {
  type Change,
  type DocumentEdit,
  type ProjectEffect,
  type ProjectEvent,
  type ProjectMachine,
  projected,
  shownDocument,
  startProject,
  stepProject,
  unsavedSteps,
} from './project-machine.ts';
import type { PendingSteps } from './unsaved-changes.ts';

export type { DocumentEdit };

export interface ProjectView {
  readonly state: ProjectState;
  readonly document: SceneDocument;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  /** In the history; the oldest state has 0. */
  readonly position: number;
  /** Unconfirmed changes. */
  readonly pending: number;
  /** The project's file was moved, deleted or replaced: changes wait until it is saved under a name. */
  readonly isMoved: boolean;
  /** Then: the host does not have it open either, so that only the file itself can bring it back. */
  readonly isGone: boolean;
}

type Command = (projectId: string) => Promise<ProjectState>;

/**
 * Prepares a change, for example by uploading its picture to the project. It is called again after a lost connection,
 * and with another id after a restart of the host.
 */
export type Preparation = (projectId: string) => Promise<DocumentEdit>;

/** A change being prepared, and its waiting caller. */
interface Prepared {
  readonly prepare: Preparation;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export class ProjectSession {
  readonly #client: Pick<StudioClient, 'call'>;
  readonly #onChange: (view: ProjectView) => void;
  readonly #onError: (error: unknown) => void;
  readonly #commands = new Map<number, Command>();
  readonly #preparations = new Map<number, Prepared>();
  #machine: ProjectMachine;
  #nextChangeId = 0;
  #whenSaved: PromiseWithResolvers<void>[] = [];

  constructor(
    client: Pick<StudioClient, 'call'>,
    state: ProjectState,
    onChange: (view: ProjectView) => void,
    onError: (error: unknown) => void,
  ) {
    this.#client = client;
    this.#machine = startProject(state);
    this.#onChange = onChange;
    this.#onError = onError;
  }

  /** The host's current id of the project; a restarted host assigns another one. */
  get projectId(): string {
    return this.#machine.host.projectId;
  }

  get path(): string {
    return this.#machine.host.path;
  }

  /** The document with every change, confirmed or not. */
  get document(): SceneDocument {
    return shownDocument(this.#machine);
  }

  get hasPending(): boolean {
    return this.#machine.pending.length > 0;
  }

  view(): ProjectView {
    const history = projected(this.#machine);
    return {
      state: this.#machine.host,
      document: this.document,
      canUndo: undoIn(history) !== undefined,
      canRedo: redoIn(history) !== undefined,
      position: history.position,
      pending: this.#machine.pending.length,
      isMoved: this.#machine.isMoved,
      isGone: this.#machine.isMoved && this.#machine.isGone,
    };
  }

  /**
   * Changes the document, as one step of the history; no step if nothing changes.
   *
   * @throws StudioError the edit's errors on the shown document
   */
  edit(label: string, edit: DocumentEdit): void {
    const { document } = this;
    if (edit(document) !== document) this.#change({ kind: 'edit', label: bounded(label), edit });
  }

  /**
   * The same for a change that has to be prepared. Its position in the order is now; it is prepared in its turn, once
   * the host has all changes before it.
   *
   * @returns when it shows
   * @throws StudioError the errors of `prepare`, except those that the session handles itself: a lost connection, a
   *   host restart, a moved file; and the reason why the project cannot be reached any more
   */
  editPrepared(label: string, prepare: Preparation): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#preparations.set(this.#nextChangeId, { prepare, resolve, reject });
      this.#change({ kind: 'edit', label: bounded(label), edit: null });
    });
  }

  undo(): void {
    if (this.view().canUndo) this.#change({ kind: 'undo' });
  }

  redo(): void {
    if (this.view().canRedo) this.#change({ kind: 'redo' });
  }

  /** Runs a command that changes the document in the host, after all pending changes. */
  run(command: Command): void {
    this.#commands.set(this.#nextChangeId, command);
    this.#change({ kind: 'command' });
  }

  /** The unconfirmed changes, as documents, except those still being prepared. */
  unsaved(): PendingSteps | undefined {
    return unsavedSteps(this.#machine);
  }

  /**
   * Resolves when every change is done: the host has it, or its failure was reported; and the host has the project open.
   *
   * @throws StudioError PROJECT_MOVED when the file is gone: the changes wait until it is saved under a name, or back
   */
  saved(): Promise<void> {
    const waiting = Promise.withResolvers<void>();
    this.#whenSaved.push(waiting);
    this.#tellSaved();
    return waiting.promise;
  }

  /** Processes an event of the host: another window's change, or the state of a lost response. */
  adopt(state: ProjectState): void {
    this.#play({ kind: 'received', state });
  }

  /** The project's file may exist again: retries the waiting changes. */
  retry(): void {
    this.#play({ kind: 'retried' });
  }

  /** The connection is back: reads the state of the host, which may be another one. */
  reconnected(): void {
    this.#play({ kind: 'reconnected' });
  }

  #change(change: Change): number {
    const id = this.#nextChangeId++;
    this.#play({ kind: 'change', id, change });
    return id;
  }

  #play(event: ProjectEvent): void {
    const { machine, effects } = stepProject(this.#machine, event);
    this.#machine = machine;
    for (const effect of effects) this.#carryOut(effect);
    this.#onChange(this.view());
    this.#tellSaved();
  }

  #tellSaved(): void {
    const { isMoved, isGone, call } = this.#machine;
    // After a reconnection, the host may not have the project open yet.
    if ((this.hasPending || call) && !isMoved) return;
    const waiting = this.#whenSaved;
    this.#whenSaved = [];
    for (const { resolve, reject } of waiting) {
      if (this.hasPending) {
        reject(new StudioError('PROJECT_MOVED', i18next.t(isGone ? 'project.putBack' : 'project.saveFirst')));
      } else resolve();
    }
  }

  #carryOut(effect: ProjectEffect): void {
    switch (effect.kind) {
      case 'report':
        this.#onError(effect.error);
        break;
      case 'ended':
        this.#forget(effect.changeId);
        break;
      case 'failed': {
        const prepared = this.#preparations.get(effect.changeId);
        this.#forget(effect.changeId);
        if (prepared) prepared.reject(effect.error);
        else this.#onError(effect.error);
        break;
      }
      case 'prepare':
        this.#prepare(effect.changeId, effect.callId, effect.projectId);
        break;
      default: {
        const { callId } = effect;
        this.#call(effect).then(
          (state) => this.#play({ kind: 'answered', callId, state }),
          (error: unknown) => this.#play({ kind: 'refused', callId, code: codeOf(error), error }),
        );
      }
    }
  }

  #forget(changeId: number): void {
    this.#commands.delete(changeId);
    this.#preparations.delete(changeId);
  }

  #prepare(changeId: number, callId: number, projectId: string): void {
    const { prepare, resolve } = this.#preparations.get(changeId)!;
    prepare(projectId).then(
      (edit) => {
        this.#preparations.delete(changeId);
        this.#play({ kind: 'prepared', callId, edit });
        resolve();
      },
      (error: unknown) => this.#play({ kind: 'refused', callId, code: codeOf(error), error }),
    );
  }

  #call(
    effect: Exclude<Extract<ProjectEffect, { callId: number }>, { kind: 'prepare' }>,
  ): Promise<ProjectState> {
    switch (effect.kind) {
      case 'commit': {
        const { projectId, document, label, baseRevision } = effect;
        return this.#client.call('project.commit', { projectId, document, label, baseRevision });
      }
      case 'undo':
        return this.#client.call('project.undo', { projectId: effect.projectId });
      case 'redo':
        return this.#client.call('project.redo', { projectId: effect.projectId });
      case 'read':
        return this.#client.call('project.state', { projectId: effect.projectId });
      case 'open':
        return this.#client.call('project.open', { path: effect.path });
      case 'command':
        return this.#commands.get(effect.changeId)!(effect.projectId);
    }
  }
}

/** A label names a phrase or a file, which may be as long as a label on its own. */
function bounded(label: string): string {
  return label.length <= MAX_LABEL_LENGTH ? label : `${cutText(label, MAX_LABEL_LENGTH - 1)}…`;
}

function codeOf(error: unknown): ErrorCode | null {
  return error instanceof StudioError ? error.code : null;
}
