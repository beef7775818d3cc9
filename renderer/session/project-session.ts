/**
 * One open project, as the editor sees it: carries out the effects of its state machine (project-machine.ts).
 *
 * A session outlives its turn on the screen: when another project is shown, it goes on until the host has every change
 * that was made in it.
 */
import type { ErrorCode } from '../../electron/contract/errors.ts';
import { StudioError } from '../../electron/contract/errors.ts';
import type { ProjectState } from '../../electron/contract/project-state.ts';
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
  /** Changes that the host has not confirmed yet. */
  readonly pending: number;
  /** The project's file was moved, deleted or replaced: changes wait until it is saved under a name. */
  readonly isMoved: boolean;
}

type Command = (projectId: string) => Promise<ProjectState>;

export class ProjectSession {
  readonly #client: Pick<StudioClient, 'call'>;
  readonly #onChange: (view: ProjectView) => void;
  readonly #onError: (error: unknown) => void;
  readonly #commands = new Map<number, Command>();
  #machine: ProjectMachine;
  #nextChangeId = 0;
  #whenSaved: (() => void)[] = [];

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

  /** The host's name of the project now; a restarted host gives it another one. */
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
      pending: this.#machine.pending.length,
      isMoved: this.#machine.isMoved,
    };
  }

  /**
   * Changes the document, as one step of the history. An edit that changes nothing leaves none.
   *
   * @throws StudioError what the edit throws on the document as it is shown
   */
  edit(label: string, edit: DocumentEdit): void {
    const { document } = this;
    if (edit(document) !== document) this.#change({ kind: 'edit', label, edit });
  }

  /** The same for a change that is known later; its place in the order is now. Resolves once it shows; rejects with `ready`. */
  async editLater(label: string, ready: Promise<DocumentEdit>): Promise<void> {
    const id = this.#change({ kind: 'edit', label, edit: null });
    try {
      this.#play({ kind: 'known', id, edit: await ready });
    } catch (error) {
      this.#play({ kind: 'abandoned', id });
      throw error;
    }
  }

  undo(): void {
    if (this.view().canUndo) this.#change({ kind: 'undo' });
  }

  redo(): void {
    if (this.view().canRedo) this.#change({ kind: 'redo' });
  }

  /** Runs a command that changes the document on the host's side, after everything that is pending. */
  run(command: Command): void {
    this.#commands.set(this.#nextChangeId, command);
    this.#change({ kind: 'command' });
  }

  /** The changes that the host has not confirmed, as documents; those that are still being made are not among them. */
  unsaved(): PendingSteps | undefined {
    return unsavedSteps(this.#machine);
  }

  /** Resolves when every change has ended: the host has it, or its failure was reported. */
  saved(): Promise<void> {
    if (!this.hasPending) return Promise.resolve();
    return new Promise((resolve) => this.#whenSaved.push(resolve));
  }

  /** What the host says unasked: another window's change, or an answer that was lost. */
  adopt(state: ProjectState): void {
    this.#play({ kind: 'heard', state });
  }

  /** A call was refused since the project's file went away. */
  moved(): void {
    this.#play({ kind: 'moved' });
  }

  /** The connection is back: looks what the host has, which may be another one. */
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
    if (this.hasPending) return;
    const waiting = this.#whenSaved;
    this.#whenSaved = [];
    for (const resolve of waiting) resolve();
  }

  #carryOut(effect: ProjectEffect): void {
    if (effect.kind === 'report') this.#onError(effect.error);
    else if (effect.kind === 'ended') this.#commands.delete(effect.changeId);
    else {
      const { callId } = effect;
      this.#call(effect).then(
        (state) => this.#play({ kind: 'answered', callId, state }),
        (error: unknown) => this.#play({ kind: 'refused', callId, code: codeOf(error), error }),
      );
    }
  }

  #call(effect: Extract<ProjectEffect, { callId: number }>): Promise<ProjectState> {
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

function codeOf(error: unknown): ErrorCode | null {
  return error instanceof StudioError ? error.code : null;
}
