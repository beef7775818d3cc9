/**
 * The scenes of a protocol: complete ones are read; the others get their background, masks and removal once, in a
 * folder named by a hash of everything they depend on.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type LoadedScene, loadScene, parseScene, readAsset } from '../app/scenes/scene-folder.ts';
import { StudioError } from '../contract/errors.ts';
import { type ScenePlan, scenePlanSchema } from '../contract/scene-file.ts';
import { contentForSeed, type ProtocolSet } from '../evaluation/protocol/protocol-file.ts';
import { hashOf } from '../evaluation/protocol/result-cache.ts';
import type { Engine } from '../inference/engine/engine.ts';
import { runEngineTask } from '../inference/engine/engine-tasks.ts';
import type { CommandEngine } from './command-engine.ts';
import { MadeFiles } from './made-files.ts';
import {
  filesOfPlan,
  followPlanFiles,
  type PlanControls,
  parseScenePlan,
  plannedFiles,
  prepareScene,
} from './scene-plan.ts';

export interface SceneTools {
  readonly engine: Engine;
  /** Folder of generated scenes. */
  readonly folder: string;
  /** Backgrounds to generate until every phrase is found in one. */
  readonly tries: number;
  readonly controls: PlanControls;
}

/**
 * @throws StudioError MASK_EMPTY if no attempt had everything, and what preparing and reading a scene throw
 */
export async function protocolScene(
  set: ProtocolSet,
  seed: number,
  { engine, folder, tries, controls }: SceneTools,
): Promise<LoadedScene> {
  const { planPath } = set;
  const first = contentForSeed(set, seed, 0);
  if (parseScenePlan(planPath, first) === undefined) return loadScene(planPath);
  const key = await keyOf(set, seed, engine);
  const own = join(folder, `${set.id}-${seed}-${key.slice(0, 12)}`);
  const complete = join(own, 'scene.json');
  // Written last: a scene that exists is complete. Its key is of its inputs' contents: they may be elsewhere now.
  if (existsSync(complete)) {
    const plan = parseScene(planPath, first, scenePlanSchema);
    await followPlanFiles(plan, planPath, own, () => openMade(own, plan));
    return loadScene(complete);
  }
  for (let attempt = 0; ; attempt++) {
    const content = contentForSeed(set, seed, attempt);
    const plan = parseScene(planPath, content, scenePlanSchema);
    const made = await openMade(own, plan);
    try {
      return await loadScene(await prepareScene(plan, planPath, driven(engine), made, controls));
    } catch (error) {
      const isMissing = error instanceof StudioError && error.code === 'MASK_EMPTY';
      if (!isMissing || attempt + 1 >= tries || typeof plan.background === 'string') throw error;
    }
  }
}

function openMade(folder: string, plan: ScenePlan): Promise<MadeFiles> {
  return MadeFiles.open(folder, plannedFiles(plan), `Remove ${folder} to generate it again.`);
}

/** Everything that a generated scene depends on. */
async function keyOf(set: ProtocolSet, seed: number, engine: Engine): Promise<string> {
  const content = contentForSeed(set, seed, 0);
  const plan = parseScene(set.planPath, content, scenePlanSchema);
  const [, ...pictures] = filesOfPlan(plan, set.planPath);
  const hashes = [];
  for (const path of pictures) {
    const bytes = await readAsset(resolve(dirname(set.planPath), path));
    hashes.push(createHash('sha256').update(bytes).digest('hex'));
  }
  return hashOf([content, hashes, engine.pack.identity, engine.device.device]);
}

/** The engine of this process behind the commands' interface. */
function driven(engine: Engine): Pick<CommandEngine, 'run'> {
  const ignore = () => undefined;
  return {
    run: async (task, controls) => {
      const {
        signal,
        readAsset: read,
        onProgress = ignore,
        onPreview = ignore,
        onCandidate = ignore,
      } = controls;
      const readAssetOrThrow = async (id: string) => {
        const file = await read(id);
        if (file === null) throw new StudioError('ASSET_MISSING', `There is no picture with the hash ${id}.`);
        return file;
      };
      const result = await runEngineTask(engine, task, {
        signal: signal ?? new AbortController().signal,
        readAsset: readAssetOrThrow,
        onProgress,
        onPreview,
        onCandidate,
      });
      return result as never;
    },
  };
}
