/**
 * The machine with an in-memory host that loses answers, restarts, and has a second window: every change ends once and
 * is in the history once, in the order in which it was made.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ProjectState } from '../../../electron/contract/project-state.ts';
import { emptySceneDocument, type SceneDocument } from '../../../electron/contract/scene-document.ts';
import {
  type DocumentEdit,
  type ProjectEffect,
  type ProjectEvent,
  shownDocument,
  startProject,
  stepProject,
} from '../../../renderer/session/project-machine.ts';

/** Adds a mark to the prompt; like the editor's own edits, it does nothing if already applied. */
const mark =
  (name: string): DocumentEdit =>
  (document) =>
    document.prompt.includes(name) ? document : { ...document, prompt: `${document.prompt}${name}` };

class Host {
  states: { document: SceneDocument; label: string }[] = [{ document: emptySceneDocument(), label: 'start' }];
  position = 0;
  revision = 0;
  generation = 1;

  get projectId(): string {
    return `00000000-0000-4000-8000-${String(this.generation).padStart(12, '0')}`;
  }

  state(): ProjectState {
    return {
      projectId: this.projectId,
      name: 'p',
      path: '/p.pnpmix',
      isReadOnly: false,
      document: this.states[this.position]!.document,
      revision: this.revision,
      history: { position: this.position, length: this.states.length, undoLabel: null, redoLabel: null },
    };
  }

  commit(label: string, document: SceneDocument): void {
    this.states = [...this.states.slice(0, this.position + 1), { document, label }];
    this.position++;
    this.revision++;
  }

  /** A restarted host has the file, but none of the session's state. */
  restart(): void {
    this.generation++;
    this.revision = 0;
  }

  /** @returns the answer's event */
  carryOut(effect: Extract<ProjectEffect, { callId: number }>): ProjectEvent {
    const { callId } = effect;
    const refuse = (code: 'PROJECT_UNKNOWN' | 'PROJECT_CONFLICT'): ProjectEvent => ({
      kind: 'refused',
      callId,
      code,
      error: code,
    });
    if (effect.kind !== 'open' && effect.projectId !== this.projectId) return refuse('PROJECT_UNKNOWN');
    if (effect.kind === 'prepare') return { kind: 'prepared', callId, edit: mark(`<${effect.changeId}>`) };
    if (effect.kind === 'commit') {
      if (effect.baseRevision !== this.revision) return refuse('PROJECT_CONFLICT');
      this.commit(effect.label, effect.document);
    }
    const step = effect.kind === 'undo' ? -1 : effect.kind === 'redo' ? 1 : 0;
    const target = Math.min(Math.max(this.position + step, 0), this.states.length - 1);
    if (target !== this.position) {
      this.position = target;
      this.revision++;
    }
    return { kind: 'answered', callId, state: this.state() };
  }
}

/** A machine, its host, and the call in progress. */
class Play {
  readonly host = new Host();
  machine = startProject(this.host.state());
  readonly ended: number[] = [];
  readonly reports: unknown[] = [];
  call: Extract<ProjectEffect, { callId: number }> | undefined;
  nextId = 0;

  send(event: ProjectEvent): void {
    const { machine, effects } = stepProject(this.machine, event);
    this.machine = machine;
    for (const effect of effects) {
      if (effect.kind === 'ended') this.ended.push(effect.changeId);
      else if (effect.kind === 'failed') {
        this.ended.push(effect.changeId);
        this.reports.push(effect.error);
      } else if (effect.kind === 'report') this.reports.push(effect.error);
      else {
        expect(this.call, 'one call at a time').toBeUndefined();
        this.call = effect;
      }
    }
  }

  edit(name: string): void {
    this.send({
      kind: 'change',
      id: this.nextId++,
      change: { kind: 'edit', label: name, edit: mark(name) },
    });
  }

  /** A change whose effect the host must prepare first. */
  editPrepared(): string {
    const name = `<${this.nextId}>`;
    this.send({
      kind: 'change',
      id: this.nextId++,
      change: { kind: 'edit', label: name, edit: null },
    });
    return name;
  }

  /** Lets the host answer the call, or loses the connection before or after the host executed it. */
  answer(how: 'arrives' | 'lost before' | 'lost after' = 'arrives'): void {
    const { call } = this;
    if (!call) return;
    this.call = undefined;
    const answer = how === 'lost before' ? undefined : this.host.carryOut(call);
    this.send(
      how === 'arrives' && answer
        ? answer
        : { kind: 'refused', callId: call.callId, code: 'HOST_UNREACHABLE', error: how },
    );
  }

  finish(): void {
    for (let calls = 0; this.call && calls < 1000; calls++) this.answer();
    expect(this.call).toBeUndefined();
  }

  labels(): string[] {
    return this.host.states.map(({ label }) => label);
  }
}

describe('project machine', () => {
  it('shows a change at once and commits it', () => {
    const play = new Play();
    play.edit('<a>');
    expect(shownDocument(play.machine).prompt).toBe('<a>');
    expect(play.host.position).toBe(0);
    play.finish();
    expect(play.labels()).toEqual(['start', '<a>']);
    expect(play.ended).toEqual([0]);
  });

  it('does not commit twice if the answer was lost, even if the host then restarted', () => {
    for (const isRestarted of [false, true]) {
      const play = new Play();
      play.edit('<a>');
      play.answer('lost after');
      if (isRestarted) play.host.restart();
      play.finish();
      expect(play.labels()).toEqual(['start', '<a>']);
      expect(play.ended).toEqual([0]);
      expect(play.machine.host.projectId).toBe(play.host.projectId);
    }
  });

  it('resends what did not arrive', () => {
    const play = new Play();
    play.edit('<a>');
    play.answer('lost before');
    play.host.restart();
    play.finish();
    expect(play.labels()).toEqual(['start', '<a>']);
  });

  it('does not undo twice if the answer was lost', () => {
    const play = new Play();
    play.edit('<a>');
    play.edit('<b>');
    play.finish();
    play.send({ kind: 'change', id: play.nextId++, change: { kind: 'undo' } });
    play.answer('lost after');
    play.finish();
    expect(play.host.position).toBe(1);
  });

  it('keeps the place of a prepared change and prepares it in its turn, once', () => {
    const play = new Play();
    play.edit('<0>');
    play.editPrepared();
    play.edit('<2>');
    expect(shownDocument(play.machine).prompt).toBe('<0><2>');
    play.answer();
    expect(play.call).toMatchObject({ kind: 'prepare', changeId: 1 });
    play.answer();
    expect(shownDocument(play.machine).prompt).toBe('<0><1><2>');
    play.finish();
    expect(play.labels()).toEqual(['start', '<0>', '<1>', '<2>']);
  });

  it('prepares again for a restarted host, under that host’s id of the project', () => {
    const play = new Play();
    play.editPrepared();
    const { projectId } = play.host;
    expect(play.call).toMatchObject({ kind: 'prepare', projectId });
    play.host.restart();
    play.answer();
    expect(play.call).toMatchObject({ kind: 'open' });
    play.answer();
    expect(play.call).toMatchObject({ kind: 'prepare', projectId: play.host.projectId });
    play.finish();
    expect(play.labels()).toEqual(['start', '<0>']);
  });

  it('continues after a change that cannot be prepared, and after one that the host refuses', () => {
    const play = new Play();
    play.editPrepared();
    play.edit('<a>');
    play.edit('<b>');
    for (const error of ['no mask', 'full']) {
      const { callId } = play.call!;
      play.call = undefined;
      play.send({ kind: 'refused', callId, code: 'DISK_FULL', error });
    }
    play.finish();
    expect(play.labels()).toEqual(['start', '<b>']);
    expect(play.reports).toEqual(['no mask', 'full']);
    expect(play.ended).toEqual([0, 1, 2]);
  });

  it('ends a change waiting to be prepared when its project can no longer be opened', () => {
    const play = new Play();
    play.editPrepared();
    play.host.restart();
    play.answer();
    const { callId } = play.call!;
    play.call = undefined;
    play.send({ kind: 'refused', callId, code: 'PROJECT_INVALID', error: 'gone' });
    expect(play.machine.pending).toEqual([]);
    expect(play.call).toBeUndefined();
    expect(play.reports).toEqual(['gone']);
  });

  it('waits for a file that a restarted host does not find, and continues when it is back', () => {
    const play = new Play();
    play.edit('<a>');
    play.answer('lost after');
    play.host.restart();
    play.answer();
    const { callId } = play.call!;
    play.call = undefined;
    play.send({ kind: 'refused', callId, code: 'PROJECT_MISSING', error: 'gone' });
    expect(play.call).toBeUndefined();
    expect(play.machine).toMatchObject({ isMoved: true, isGone: true, pending: [{ id: 0 }] });
    play.send({ kind: 'retried' });
    play.finish();
    // It had arrived before the answer was lost.
    expect(play.labels()).toEqual(['start', '<a>']);
    expect(play.ended).toEqual([0]);
    expect(play.reports).toEqual([]);
  });

  it('reports an edit that no longer fits the document, and continues', () => {
    const play = new Play();
    const throwing: DocumentEdit = () => {
      throw new Error('no room');
    };
    play.edit('<a>');
    play.send({ kind: 'change', id: play.nextId++, change: { kind: 'edit', label: 'x', edit: throwing } });
    play.edit('<b>');
    expect(shownDocument(play.machine).prompt).toBe('<a><b>');
    play.finish();
    expect(play.reports).toEqual([new Error('no room')]);
    expect(play.labels()).toEqual(['start', '<a>', '<b>']);
    expect(play.ended).toEqual([0, 1, 2]);
  });

  it('ends every change once and commits every edit once, whatever is lost, restarted or edited elsewhere', () => {
    const action = fc.constantFrom(
      'edit',
      'prepared',
      'arrives',
      'lost before',
      'lost after',
      'restart',
      'elsewhere',
      'received',
      'reconnected',
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
        const play = new Play();
        const made: string[] = [];
        let others = 0;
        for (const what of actions) {
          const name = `<${play.nextId}>`;
          if (what === 'edit') {
            made.push(name);
            play.edit(name);
          } else if (what === 'prepared') made.push(play.editPrepared());
          else if (what === 'restart') play.host.restart();
          else if (what === 'elsewhere') {
            const other = `{${others++}}`;
            play.host.commit(other, mark(other)(play.host.state().document));
          } else if (what === 'received') play.send({ kind: 'received', state: play.host.state() });
          else if (what === 'reconnected') play.send({ kind: 'reconnected' });
          else play.answer(what);
        }
        play.finish();
        expect(play.machine.pending).toEqual([]);
        expect(play.reports).toEqual([]);
        expect(play.ended).toEqual(made.map((_, id) => id));
        // Each once, in order, interleaved with the other window's.
        expect(play.labels().filter((label) => label.startsWith('<'))).toEqual(made);
        const { prompt } = play.host.state().document;
        for (const name of made) expect(prompt.split(name)).toHaveLength(2);
      }),
      { numRuns: 2000 },
    );
  });

  it('ends every change once with undo and redo among them', () => {
    const action = fc.constantFrom(
      'edit',
      'undo',
      'redo',
      'arrives',
      'lost before',
      'lost after',
      'restart',
      'reconnected',
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
        const play = new Play();
        // The state of a single window that loses nothing.
        let model = ['start'];
        let at = 0;
        for (const what of actions) {
          if (what === 'edit') {
            const name = `<${play.nextId}>`;
            model = [...model.slice(0, at + 1), name];
            at++;
            play.edit(name);
          } else if (what === 'undo' || what === 'redo') {
            const target = what === 'undo' ? at - 1 : at + 1;
            // The editor offers neither at the ends of the history.
            if (target < 0 || target >= model.length) continue;
            at = target;
            play.send({ kind: 'change', id: play.nextId++, change: { kind: what } });
          } else if (what === 'restart') play.host.restart();
          else if (what === 'reconnected') play.send({ kind: 'reconnected' });
          else play.answer(what);
        }
        play.finish();
        expect(play.machine.pending).toEqual([]);
        expect(play.ended).toEqual(Array.from({ length: play.nextId }, (_, id) => id));
        expect(play.labels()).toEqual(model);
        expect(play.host.position).toBe(at);
      }),
      { numRuns: 2000 },
    );
  });
});
