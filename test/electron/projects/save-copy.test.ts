/** Copies are written step by step: the process continues meanwhile, and nothing is left of a stopped one. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { createProject, documentWith, openProject, temporaryFolder, withCode } from './project-fixture.ts';
import { pictureBytes } from './sample-render.ts';

const PICTURES = 12;
const PICTURE_BYTES = 1_000_000;

async function largeProject() {
  const folder = await temporaryFolder();
  const project = createProject(join(folder, 'a.pnpmix'));
  for (let number = 0; number < PICTURES; number++) project.putAsset(pictureBytes(PICTURE_BYTES));
  return { folder, project };
}

it('others run between the steps, and their commits are in the copy', async () => {
  const { folder, project } = await largeProject();
  const shares: number[] = [];
  let isDone = false;
  let commits = 0;
  const others = (async () => {
    while (!isDone) {
      await turn();
      // Nothing is committed after the end of the copy.
      if (shares.length > 0 && shares.at(-1)! < 0.9) {
        commits++;
        project.commit(documentWith({ prompt: `${commits}` }), 'Prompt');
      }
    }
  })();
  await project.saveCopy(join(folder, 'b.pnpmix'), {
    onProgress: (bytes, totalBytes) => shares.push(bytes / totalBytes),
  });
  isDone = true;
  await others;
  expect(shares.length).toBeGreaterThan(PICTURES / 2);
  expect(shares).toEqual(shares.toSorted((a, b) => a - b));
  expect(commits).toBeGreaterThan(2);
  const copy = openProject(join(folder, 'b.pnpmix'));
  expect(copy.history().cursor).toBe(commits);
  copy.verify();
});

it('what is committed up to the end of saving as is in the new file', async () => {
  const folder = await temporaryFolder();
  for (let attempt = 0; attempt < 10; attempt++) {
    const project = createProject(join(folder, `${attempt}.pnpmix`));
    let isSaved = false;
    let commits = 0;
    const saving = project.saveAs(join(folder, `${attempt} saved.pnpmix`)).then(() => {
      isSaved = true;
    });
    while (!isSaved) {
      commits++;
      project.commit(documentWith({ prompt: `${commits}` }), 'Prompt');
      await turn();
    }
    await saving;
    expect(project.history().cursor).toBe(commits);
    project.close();
  }
});

it('a cancelled one leaves nothing, and the project is unchanged', async () => {
  const { folder, project } = await largeProject();
  const controller = new AbortController();
  const to = join(folder, 'b.pnpmix');
  const copying = project.saveAs(to, {
    signal: controller.signal,
    onProgress: (bytes, totalBytes) => {
      if (bytes > totalBytes / 2) controller.abort();
    },
  });
  await expect(copying).rejects.toThrow(withCode('CANCELLED'));
  expect(readdirSync(folder).filter((name) => name.startsWith('b'))).toEqual([]);
  project.commit(documentWith({ prompt: 'on' }), 'Prompt');
  await project.saveCopy(to);
});

it('closing the project stops it', async () => {
  const { folder, project } = await largeProject();
  const copying = project.saveCopy(join(folder, 'b.pnpmix'), { onProgress: () => project.close() });
  await expect(copying).rejects.toThrow(withCode('CANCELLED'));
  expect(readdirSync(folder)).toEqual(['a.pnpmix']);
});

it('two at once are both complete, also from a reader while the writer continues', async () => {
  const { folder, project } = await largeProject();
  const reader = openProject(project.path, { readOnly: true });
  const copies = ['b', 'c'].map((name) => reader.saveCopy(join(folder, `${name}.pnpmix`)));
  copies.push(project.saveCopy(join(folder, 'd.pnpmix')));
  for (let step = 0; step < 5; step++) {
    await turn();
    project.commit(documentWith({ prompt: `${step}` }), 'Prompt');
  }
  await Promise.all(copies);
  for (const name of ['b', 'c', 'd']) openProject(join(folder, `${name}.pnpmix`)).verify();
  // The reader still sees what is committed.
  expect(reader.document().prompt).toBe('4');
});

it('a copy gets a title of its own', async () => {
  const { folder, project } = await largeProject();
  const copy = await project.openCopy(join(folder, 'b.pnpmix'), { title: 'The other' });
  onTestFinished(() => copy.close());
  expect([project.title(), copy.title()]).toEqual(['a', 'The other']);
  await expect(project.openCopy(join(folder, 'c.pnpmix'), { title: '' })).rejects.toThrow(
    withCode('PARAMETER_INVALID'),
  );
  copy.close();
  project.close();
  expect(readdirSync(folder).sort()).toEqual(['a.pnpmix', 'b.pnpmix']);
});
