import { readdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProjectFile } from '../../../electron/projects/project-file.ts';
import { ProjectLock } from '../../../electron/projects/project-lock.ts';
import { createProject, documentWith, openProject, temporaryFolder, withCode } from './project-fixture.ts';
import { pictureBytes, renderOf } from './sample-render.ts';

describe('a project', () => {
  it('is one file when it is closed, and contains everything when it is reopened', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'My scene.pnpmix');
    let nowMs = 1000;
    const project = createProject(path, { clock: () => nowMs++ });
    const bytes = pictureBytes();
    const picture = project.putAsset(bytes);
    const document = documentWith({ prompt: 'a beach', background: picture });
    expect(project.commit(document, 'Background')).toEqual({
      cursor: 1,
      length: 2,
      undoLabel: 'Background',
      redoLabel: null,
    });
    const render = project.addRender(renderOf(picture));
    expect(readdirSync(folder)).toContain('My scene.pnpmix-wal');
    project.close();
    expect(readdirSync(folder)).toEqual(['My scene.pnpmix']);

    const again = openProject(path);
    expect(again.wasRecovered).toBe(false);
    expect(again.document()).toEqual(document);
    expect(again.readAsset(picture)).toEqual({ bytes, mediaType: 'image/png' });
    expect(again.render(render.id)).toEqual(render);
    expect(again.historyEntries()).toEqual([
      { position: 0, label: 'New project', committedAtMs: 1000 },
      { position: 1, label: 'Background', committedAtMs: 1002 },
    ]);
    again.verify();
  });

  it('finds all renders of a sweep among the others, and those of the newest sweep by default', async () => {
    const project = createProject(join(await temporaryFolder(), 'a.pnpmix'));
    const picture = project.putAsset(pictureBytes());
    const [older, newer] = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222'];
    const add = (sweepId: string, alpha: number) =>
      project.addRender(renderOf(picture, { sweep: { sweepId, alpha, beta: 0 } })).id;
    expect(project.renders({ sweep: 'newest' })).toEqual([]);
    const first = Array.from({ length: 64 }, (_, index) => add(older, index / 64));
    project.addRender(renderOf(picture));
    const second = [add(newer, 0), add(newer, 1)];
    project.addRender(renderOf(picture));
    const found = (sweep: string) => project.renders({ sweep }).map(({ id }) => id);
    expect(found('newest')).toEqual(second.toReversed());
    expect(found(older)).toEqual(first.toReversed());
    for (const id of second) project.deleteRender(id);
    expect(found('newest')).toEqual(first.toReversed());
    project.close();
  });

  it('does not replace an existing file, unless requested', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'a.pnpmix');
    const project = createProject(path);
    const picture = project.putAsset(pictureBytes());
    expect(() => createProject(path)).toThrow(withCode('PROJECT_BUSY'));
    expect(() => createProject(path, { overwrite: true })).toThrow(withCode('PROJECT_BUSY'));
    project.close();
    expect(() => createProject(path)).toThrow(withCode('PROJECT_EXISTS'));
    const old = openProject(path, { readOnly: true });
    expect(old.hasAsset(picture)).toBe(true);
    old.close();
    expect(createProject(path, { overwrite: true }).hasAsset(picture)).toBe(false);
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('removes leftovers of unfinished copies, and nothing else', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'a.pnpmix');
    createProject(path).close();
    const kept = [
      'b.pnpmix',
      'b.pnpmix-lock',
      'package-lock',
      'picture.png.1-0123abcd.tmp',
      'x.pnpmix.tmp',
      'x.pnpmix.1-0123abcd.tmp.txt',
    ];
    const unfinished = [
      'a.pnpmix.1-0123abcd.tmp',
      'a copy.pnpmix.1-0123abcd.tmp',
      'a copy.pnpmix.1-0123abcd.tmp-journal',
      'a copy.pnpmix-lock',
      'c.pnpmix-lock',
    ];
    // Somebody is writing this one.
    const lock = ProjectLock.acquire(join(folder, 'd.pnpmix'));
    const written = ['d.pnpmix-lock', 'd.pnpmix.1-0123abcd.tmp'];
    for (const name of [...kept, ...unfinished, written[1]!]) await writeFile(join(folder, name), '');
    openProject(path, { readOnly: true }).close();
    expect(readdirSync(folder)).toEqual(expect.arrayContaining(unfinished));
    openProject(path).close();
    expect(readdirSync(folder).toSorted()).toEqual(['a.pnpmix', ...kept, ...written].toSorted());
    lock.release();
  });

  it('has a title of its own, which is initially the name of its file', async () => {
    const path = join(await temporaryFolder(), 'My scene.pnpmix');
    const project = createProject(path);
    expect(project.title()).toBe('My scene');
    project.rename(' On the beach ');
    expect(() => project.rename(' ')).toThrow(withCode('PARAMETER_INVALID'));
    project.close();
    expect(openProject(path).title()).toBe('On the beach');
  });

  it('reports what is missing', async () => {
    const folder = await temporaryFolder();
    expect(() => ProjectFile.open(join(folder, 'none.pnpmix'))).toThrow(withCode('PROJECT_MISSING'));
    expect(() => ProjectFile.open(join(folder, 'no', 'folder.pnpmix'))).toThrow(withCode('PROJECT_MISSING'));
    expect(() => ProjectFile.create(join(folder, 'no', 'folder.pnpmix'))).toThrow(
      withCode('PROJECT_MISSING'),
    );
    expect(() => ProjectFile.open(folder)).toThrow(withCode('PROJECT_INVALID', 'not a file'));
    expect(() => ProjectFile.create(join(folder, 'name.pnpmix '))).toThrow(withCode('PROJECT_UNWRITABLE'));
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('the undo history', () => {
  it('behaves as a list with a cursor under any actions, and is the same after reopening', async () => {
    const folder = await temporaryFolder();
    const action = fc.oneof(
      fc.string({ maxLength: 20 }).map((prompt) => ({ kind: 'commit' as const, prompt })),
      fc.constantFrom({ kind: 'undo' as const }, { kind: 'redo' as const }),
      fc.nat(6).map((position) => ({ kind: 'go' as const, position })),
    );
    let run = 0;
    fc.assert(
      fc.property(fc.array(action, { maxLength: 12 }), (actions) => {
        const path = join(folder, `${run++}.pnpmix`);
        const project = ProjectFile.create(path);
        let prompts = [''];
        let cursor = 0;
        try {
          for (const step of actions) {
            if (step.kind === 'commit') {
              prompts = [...prompts.slice(0, cursor + 1), step.prompt];
              cursor++;
              project.commit(documentWith({ prompt: step.prompt }), 'Prompt');
            } else if (step.kind === 'undo') {
              cursor = Math.max(0, cursor - 1);
              project.undo();
            } else if (step.kind === 'redo') {
              cursor = Math.min(prompts.length - 1, cursor + 1);
              project.redo();
            } else if (step.position < prompts.length) {
              cursor = step.position;
              project.goTo(step.position);
            } else {
              expect(() => project.goTo(step.position)).toThrow(withCode('PARAMETER_INVALID'));
            }
            expect(project.document().prompt).toBe(prompts[cursor]);
          }
        } finally {
          project.close();
        }
        const again = ProjectFile.open(path);
        try {
          expect(again.history()).toEqual({
            cursor,
            length: prompts.length,
            undoLabel: cursor === 0 ? null : 'Prompt',
            redoLabel: cursor === prompts.length - 1 ? null : 'Prompt',
          });
          expect(again.document().prompt).toBe(prompts[cursor]);
          again.goTo(prompts.length - 1);
          while (again.history().cursor > 0) again.undo();
          expect(again.document()).toEqual(documentWith());
        } finally {
          again.close();
        }
      }),
      { numRuns: 25 },
    );
  });

  it('refuses an invalid document, a missing picture, and an empty label', async () => {
    const project = createProject(join(await temporaryFolder(), 'a.pnpmix'));
    const before = project.history();
    expect(() => project.commit(documentWith({ prompt: 'x'.repeat(2001) }), 'Prompt')).toThrow(
      withCode('PARAMETER_INVALID', 'prompt'),
    );
    expect(() => project.commit(documentWith({ background: 'a'.repeat(64) }), 'Background')).toThrow(
      withCode('ASSET_MISSING'),
    );
    expect(() => project.commit(documentWith(), '')).toThrow(withCode('PARAMETER_INVALID', 'label'));
    expect(project.history()).toEqual(before);
  });
});

describe('renders', () => {
  it('are listed newest first, starred, named, deleted and restored', async () => {
    let nowMs = 0;
    const project = createProject(join(await temporaryFolder(), 'a.pnpmix'), { clock: () => nowMs++ });
    const picture = project.putAsset(pictureBytes());
    const add = (totalMs: number) => project.addRender(renderOf(picture, { totalMs }));
    const [first, second, third] = [add(1), add(2), add(3)];
    const listed = (show: 'kept' | 'starred' | 'deleted' = 'kept') =>
      project.renders({ show }).map(({ id }) => id);
    expect(listed()).toEqual([third.id, second.id, first.id]);
    expect(project.renders({ before: third.sequence, limit: 1 })).toMatchObject([
      { id: second.id, totalMs: 2 },
    ]);

    const changed = project.changeRender(first.id, { name: ' Best ', isStarred: true });
    expect(changed).toEqual({ ...first, name: 'Best', isStarred: true });
    const measured = project.changeRender(first.id, { metrics: { idino: 0.6 } });
    expect(measured).toEqual({ ...changed, metrics: { idino: 0.6 } });
    const scores = {
      version: 1,
      instruments: [{ id: 'clip' as const, name: 'CLIP', fingerprint: 'c' }],
      values: { tclip: 0.3, leakage: null },
      concepts: [{ name: 'Cat', values: { iclip: 0.7 } }],
    };
    expect(project.changeRender(first.id, { scores })).toEqual({ ...measured, scores });
    expect(project.renders().map((render) => render.scores)).toEqual([null, null, scores]);
    expect(project.changeRender(first.id, { name: null })).toMatchObject({ name: null, scores });
    expect(listed('starred')).toEqual([first.id]);

    project.deleteRender(first.id);
    expect([listed(), listed('starred'), listed('deleted')]).toEqual([[third.id, second.id], [], [first.id]]);
    expect(project.render(first.id).deletedAtMs).toBeGreaterThan(0);
    project.restoreRender(first.id);
    expect(listed('starred')).toEqual([first.id]);
  });

  it('that failed are stored with the reason; incomplete ones are refused', async () => {
    const project = createProject(join(await temporaryFolder(), 'a.pnpmix'));
    const picture = project.putAsset(pictureBytes());
    const failure = { code: 'OUT_OF_MEMORY' as const, message: 'The device has too little memory.' };
    const failed = project.addRender(
      renderOf(picture, { result: null, failure, device: null, timingsMs: {} }),
    );
    expect(() => project.addRender(renderOf(picture, { id: failed.id }))).toThrow(
      withCode('PARAMETER_INVALID', 'already'),
    );
    expect(project.render(failed.id)).toMatchObject({ failure, result: null });
    expect(project.renders()).toMatchObject([{ failure }]);
    expect(() => project.addRender(renderOf(picture, { failure }))).toThrow(withCode('PARAMETER_INVALID'));
    expect(() => project.addRender(renderOf('a'.repeat(64)))).toThrow(withCode('ASSET_MISSING'));
    expect(() => project.addRender(renderOf(picture, { totalMs: Number.NaN }))).toThrow(
      withCode('PARAMETER_INVALID'),
    );
    expect(() => project.render('none')).toThrow(withCode('RENDER_UNKNOWN'));
    expect(() => project.deleteRender('none')).toThrow(withCode('RENDER_UNKNOWN'));
    expect(project.renders().length).toBe(1);
  });

  it('keep their document and their place in a sweep', async () => {
    const project = createProject(join(await temporaryFolder(), 'a.pnpmix'));
    const picture = project.putAsset(pictureBytes());
    const [hidden, id] = [project.putAsset(pictureBytes()), crypto.randomUUID()];
    const sweep = { sweepId: crypto.randomUUID(), alpha: 0, beta: 0.4 };
    const document = documentWith({ background: picture, inpainted: hidden });
    project.addRender(renderOf(picture, { id, sweep, document, peakMemoryBytes: 1e9 }));
    expect(project.render(id)).toMatchObject({ id, sweep, document, peakMemoryBytes: 1e9 });
    expect(project.renders()).toMatchObject([{ id, sweep }]);
    expect([project.renderCount(), project.renderCount('starred'), project.renderCount('deleted')]).toEqual([
      1, 0, 0,
    ]);
    project.compact();
    expect(project.hasAsset(hidden)).toBe(true);
  });

  it('and their pictures are stored together or not at all', async () => {
    const project = createProject(join(await temporaryFolder(), 'a.pnpmix'));
    const bytes = pictureBytes();
    let id = '';
    expect(() =>
      project.atomically(() => {
        id = project.putAsset(bytes);
        project.addRender(renderOf(id, { totalMs: -1 }));
      }),
    ).toThrow(withCode('PARAMETER_INVALID'));
    expect(project.hasAsset(id)).toBe(false);
  });
});

describe('pictures', () => {
  it('are stored once, identified by their first bytes, and refused if invalid', async () => {
    const project = createProject(join(await temporaryFolder(), 'a.pnpmix'));
    const bytes = pictureBytes();
    expect(project.putAsset(bytes)).toBe(project.putAsset(Uint8Array.from(bytes)));
    const webp = Buffer.from('RIFF\0\0\0\0WEBPVP8 ', 'latin1');
    expect(project.readAsset(project.putAsset(webp)).mediaType).toBe('image/webp');
    const jpeg = Buffer.from('\xff\xd8\xff\xe0', 'latin1');
    expect(project.readAsset(project.putAsset(jpeg)).mediaType).toBe('image/jpeg');
    for (const other of ['', 'hello', '<svg xmlns="http://www.w3.org/2000/svg"/>', 'RIFF....WAVE']) {
      expect(() => project.putAsset(Buffer.from(other))).toThrow(withCode('ASSET_INVALID'));
    }
    expect(() => project.readAsset('a'.repeat(64))).toThrow(withCode('ASSET_MISSING'));
  });

  it('are removed only by compaction, and only if nothing refers to them', async () => {
    const path = join(await temporaryFolder(), 'a.pnpmix');
    const project = createProject(path);
    const put = () => project.putAsset(pictureBytes(100_000));
    const [undone, rendered, deleted, unnamed] = [put(), put(), put(), put()];
    project.commit(documentWith({ background: undone }), 'Background');
    project.undo();
    project.addRender(renderOf(rendered));
    project.deleteRender(project.addRender(renderOf(deleted)).id);
    const kept = () => [undone, rendered, deleted, unnamed].map((id) => project.hasAsset(id));

    expect(project.compact()).toMatchObject({ removedRenders: 0, removedAssets: 1 });
    expect(kept()).toEqual([true, true, true, false]);
    const report = project.compact({ removeDeletedRenders: true });
    expect(report).toMatchObject({ removedRenders: 1, removedAssets: 1 });
    expect(report.bytesAfter).toBeLessThan(report.bytesBefore - 90_000);
    expect(kept()).toEqual([true, true, false, false]);
    project.commit(documentWith(), 'Something else');
    expect(project.compact().removedAssets).toBe(1);
    expect(kept()).toEqual([false, true, false, false]);
    project.verify();
    project.close();
    expect((await readFile(path)).length).toBeLessThan(200_000);
  });
});
