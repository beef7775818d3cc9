/**
 * Makes a project at every path that it is given, changes each, and is killed while all of them are open. Says before
 * how far the history of each had come.
 */
import { writeSync } from 'node:fs';
import { emptySceneDocument } from '../../../electron/contract/scene-document.ts';
import { ProjectFile } from '../../../electron/projects/project-file.ts';
import { pictureBytes } from './sample-render.ts';

const cursors = process.argv.slice(2).map((path) => {
  const project = ProjectFile.create(path);
  for (let turn = 0; turn < 4; turn++) {
    const background = project.putAsset(pictureBytes(20_000));
    project.commit({ ...emptySceneDocument(), prompt: path, background }, 'Background');
  }
  return project.history().cursor;
});
writeSync(1, JSON.stringify(cursors));
process.kill(process.pid, 'SIGKILL');
