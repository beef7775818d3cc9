/**
 * Changes a project endlessly in a process of its own, for a test to kill: PATH COPY.
 *
 * Waits for a line on standard input before it opens the project, so that a test can start it ahead of time.
 * Acknowledges every change that has returned with a line on standard output: a reader must find it from then on.
 */
import { readSync, writeSync } from 'node:fs';
import { emptySceneDocument } from '../../../electron/contract/scene-document.ts';
import { ProjectFile } from '../../../electron/projects/project-file.ts';
import { pictureBytes, renderOf } from './sample-render.ts';

const say = (line: string) => writeSync(1, `${line}\n`);

say('ready');
const line = Buffer.alloc(4096);
const [path, copy] = line.toString('utf8', 0, readSync(0, line)).trim().split('\t') as [string, string];

const project = ProjectFile.open(path);
say('open');
for (let turn = 1; ; turn++) {
  const picture = project.putAsset(pictureBytes(20_000));
  const prompt = `${project.history().cursor + 1}`;
  project.commit({ ...emptySceneDocument(), prompt, background: picture }, 'Background');
  say(`commit ${project.history().cursor}`);
  if (turn % 2 === 0) {
    project.atomically(() => project.addRender(renderOf(project.putAsset(pictureBytes(5000)))));
    say(`render ${project.renderCount()}`);
  }
  if (turn % 3 === 0) {
    await project.saveCopy(copy, { overwrite: true });
    say('copy');
  }
  if (turn % 5 === 0) {
    project.compact();
    say('compact');
  }
}
