/** A tiny pack for evaluation: four scenes, one of them held out, and a classifier of colours. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { makeTinyClassifier } from '../inference/scoring/tiny-classifier.ts';
import {
  makeTinyPack,
  makeTinyScene,
  writeJson,
  writeManifest,
  writePicture,
} from '../inference/tiny-pack.ts';

/** build_scenes.py's description of the scene of {@link makeTinyScene}. */
export function tinyTruth(isHeldOut = false) {
  return {
    place: 'light',
    heldOut: { drawing: isHeldOut, pattern: false, pair: false },
    objects: [{ class: 'red thing' }, { class: 'blue thing' }],
  };
}

/** Makes the pack in `parent` and returns its folder. */
export async function makeTinyEvaluationPack(parent: string, name = 'pack'): Promise<string> {
  const folder = makeTinyPack(parent, name);
  makeTinyClassifier(join(folder, 'evaluation'));
  const scenes = join(folder, 'evaluation', 'scenes');
  const first = join(scenes, 'seen-1');
  await makeTinyScene(first);
  await writePicture(join(first, 'subject-1.png'), { rectangle: [8, 8, 20, 24], isMask: true });
  await writePicture(join(first, 'subject-2.png'), { rectangle: [2, 12, 30, 28], isMask: true });
  writeJson(join(first, 'meta.json'), tinyTruth());
  for (const other of ['seen-2', 'seen-3']) cpSync(first, join(scenes, other), { recursive: true });
  const heldOut = join(scenes, 'drawing-1');
  cpSync(first, heldOut, { recursive: true });
  writeJson(join(heldOut, 'meta.json'), tinyTruth(true));
  writeManifest(folder);
  return folder;
}
