/** The session with an in-memory client: what it calls, and that every promise settles. */
import { describe, expect, it } from 'vitest';
import { commands } from '../../../electron/contract/commands.ts';
import { StudioError } from '../../../electron/contract/errors.ts';
import type { ProjectState } from '../../../electron/contract/project-state.ts';
import { emptySceneDocument } from '../../../electron/contract/scene-document.ts';
import type { StudioClient } from '../../../renderer/client/studio-client.ts';
import { type DocumentEdit, ProjectSession } from '../../../renderer/session/project-session.ts';

type Call = { name: string; input: Record<string, unknown>; answer: (state: ProjectState) => void };

function stateOf(prompt: string, position: number, projectId = '1'): ProjectState {
  return {
    projectId: `00000000-0000-4000-8000-00000000000${projectId}`,
    name: 'p',
    path: '/p.pnpmix',
    isReadOnly: false,
    document: { ...emptySceneDocument(), prompt },
    revision: position,
    history: { position, length: position + 1, undoLabel: null, redoLabel: null },
  };
}

const prompted =
  (prompt: string): DocumentEdit =>
  (document) => ({ ...document, prompt });

/** A session whose calls stay pending until they are answered. */
function openSession() {
  const calls: (Call & { refuse: (error: Error) => void })[] = [];
  const errors: unknown[] = [];
  const client = {
    call: (name: string, input: Record<string, unknown>) =>
      new Promise((answer, refuse) => calls.push({ name, input, answer, refuse })),
  } as unknown as Pick<StudioClient, 'call'>;
  const session = new ProjectSession(
    client,
    stateOf('', 0),
    () => {},
    (error) => errors.push(error),
  );
  return { session, calls, errors };
}

describe('project session', () => {
  it('sends every change to the host, one after the other, and says what is unsaved', async () => {
    const { session, calls } = openSession();
    session.edit('a', prompted('a'));
    session.edit('b', prompted('b'));
    expect(session.unsaved()?.steps.map(({ label }) => label)).toEqual(['a', 'b']);
    calls[0]!.answer(stateOf('a', 1));
    await expect.poll(() => calls.length).toBe(2);
    expect(calls[1]).toMatchObject({ name: 'project.commit', input: { label: 'b', baseRevision: 1 } });
    const saved = session.saved();
    calls[1]!.answer(stateOf('b', 2));
    await saved;
    expect(session.hasPending).toBe(false);
    expect(session.unsaved()).toBeUndefined();
  });

  it('cuts a label that names a long phrase, which the contract would refuse', async () => {
    const { session, calls } = openSession();
    session.edit(`Found “${'a'.repeat(192)}😀”`, prompted('a'));
    const { input } = commands['project.commit'];
    expect(input.safeParse({ ...calls[0]!.input, baseRevision: 0 }).error).toBeUndefined();
    expect(calls[0]!.input.label).toBe(`Found “${'a'.repeat(192)}…`);
    calls[0]!.answer(stateOf('a', 1));
    await session.saved();
    const prepared = session.editPrepared('b'.repeat(201), async () => prompted('b'));
    await expect.poll(() => calls.length).toBe(2);
    expect(calls[1]!.input.label).toHaveLength(200);
    calls[1]!.answer(stateOf('b', 2));
    await prepared;
  });

  it('settles saved() even if the host refuses', async () => {
    const { session, calls, errors } = openSession();
    session.edit('a', prompted('a'));
    const saved = session.saved();
    const error = new StudioError('DISK_FULL', 'The disk is full.');
    calls[0]!.refuse(error);
    await saved;
    expect(errors).toEqual([error]);
    expect(session.document.prompt).toBe('');
  });

  it('opens the project at a restarted host and sends the change there', async () => {
    const { session, calls } = openSession();
    session.edit('a', prompted('a'));
    calls[0]!.refuse(new StudioError('HOST_UNREACHABLE', 'lost'));
    await expect.poll(() => calls.length).toBe(2);
    expect(calls[1]!.name).toBe('project.state');
    calls[1]!.refuse(new StudioError('PROJECT_UNKNOWN', 'not open'));
    await expect.poll(() => calls.length).toBe(3);
    expect(calls[2]).toMatchObject({ name: 'project.open', input: { path: '/p.pnpmix' } });
    calls[2]!.answer(stateOf('', 0, '2'));
    await expect.poll(() => calls.length).toBe(4);
    expect(calls[3]).toMatchObject({
      name: 'project.commit',
      input: { label: 'a', projectId: stateOf('', 0, '2').projectId },
    });
    calls[3]!.answer(stateOf('a', 1, '2'));
    await session.saved();
    expect(session.projectId).toBe(stateOf('', 0, '2').projectId);
  });

  it('runs commands after the edits before them', async () => {
    const { session, calls } = openSession();
    const ran: string[] = [];
    session.edit('a', prompted('a'));
    session.run((projectId) => {
      ran.push(projectId);
      return Promise.resolve(stateOf('restored', 2));
    });
    expect(ran).toEqual([]);
    calls[0]!.answer(stateOf('a', 1));
    await session.saved();
    expect(ran).toEqual([stateOf('', 0).projectId]);
    expect(session.document.prompt).toBe('restored');
  });

  it('undoes a change that is still prepared, and not the one before it', async () => {
    const { session, calls } = openSession();
    const shown: string[] = [];
    const prepared = Promise.withResolvers<DocumentEdit>();
    const painted = session.editPrepared('stroke', () => prepared.promise);
    expect(session.view()).toMatchObject({ canUndo: true, canRedo: false, position: 1 });
    session.undo();
    shown.push(session.document.prompt);
    expect(session.view()).toMatchObject({ canUndo: false, canRedo: true, position: 0 });
    expect(session.unsaved()).toBeUndefined();
    prepared.resolve(prompted('stroke'));
    await painted;
    shown.push(session.document.prompt);
    calls[0]!.answer(stateOf('stroke', 1));
    await expect.poll(() => calls.length).toBe(2);
    shown.push(session.document.prompt);
    expect(calls.map(({ name }) => name)).toEqual(['project.commit', 'project.undo']);
    const undone = stateOf('', 0);
    calls[1]!.answer({ ...undone, revision: 2, history: { ...undone.history, length: 2 } });
    await session.saved();
    shown.push(session.document.prompt);
    expect(shown).toEqual(['', '', '', '']);
  });

  it('offers no redo after a change that is still prepared, or a command', async () => {
    const { session, calls } = openSession();
    session.edit('a', prompted('a'));
    calls[0]!.answer(stateOf('a', 1));
    await session.saved();
    session.undo();
    calls[1]!.answer({ ...stateOf('', 0), revision: 2, history: { ...stateOf('', 0).history, length: 2 } });
    await session.saved();
    expect(session.view().canRedo).toBe(true);
    session.run(() => new Promise(() => undefined));
    expect(session.view().canRedo).toBe(false);
    session.redo();
    expect(session.view()).toMatchObject({ pending: 1, position: 1 });
  });

  it('prepares a change in its turn, and rejects once with the reason if that fails', async () => {
    const { session, calls, errors } = openSession();
    const prepared: string[] = [];
    session.edit('a', prompted('a'));
    const shown = session.editPrepared('b', async (projectId) => {
      prepared.push(projectId);
      return prompted('b');
    });
    const failed = session.editPrepared('late', async () => {
      throw new StudioError('DISK_FULL', 'no room');
    });
    expect(prepared).toEqual([]);
    calls[0]!.answer(stateOf('a', 1));
    await shown;
    expect(session.document.prompt).toBe('b');
    expect(prepared).toEqual([stateOf('', 0).projectId]);
    calls[1]!.answer(stateOf('b', 2));
    await expect(failed).rejects.toThrow('no room');
    await session.saved();
    expect(errors).toEqual([]);
  });
});
