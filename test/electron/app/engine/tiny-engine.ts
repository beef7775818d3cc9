/** A real engine process on the tiny pack, and a scene for it. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { type EngineChild, forkEngine } from '../../../../electron/app/engine/engine-child.ts';
import {
  EngineSupervisor,
  type SupervisorOptions,
} from '../../../../electron/app/engine/engine-supervisor.ts';
import { type LoadedScene, loadScene } from '../../../../electron/app/scenes/scene-folder.ts';
import { assetReader, makeRequest } from '../../../../electron/app/scenes/scene-request.ts';
import type { EngineConfig } from '../../../../electron/contract/engine-messages.ts';
import type { RenderParameters } from '../../../../electron/contract/parameters.ts';
import type { RenderRequest } from '../../../../electron/contract/render-request.ts';
import {
  makeTinyPack,
  makeTinyScene,
  temporaryFolder,
  tinySceneFile,
  writeManifest,
} from '../../inference/tiny-pack.ts';

/** Makes the pack in `root`, and returns how an engine opens it. */
export function tinyEngineConfig(root: string): EngineConfig {
  const packFolder = makeTinyPack(root);
  writeManifest(packFolder);
  return {
    packFolder,
    device: 'cpu',
    cacheFolder: join(root, 'cache'),
    cacheLimitBytes: 2 ** 26,
    rowsAtOnce: null,
  };
}

/** The pack for all tests of a file; usable from the first test on. */
export function tinyEngineForAll(): { readonly root: string; readonly config: EngineConfig } {
  let root: string;
  let config: EngineConfig;
  beforeAll(() => {
    root = temporaryFolder();
    config = tinyEngineConfig(root);
  });
  afterAll(() => rmSync(root, { recursive: true }));
  return {
    get root() {
      return root;
    },
    get config() {
      return config;
    },
  };
}

/** A supervisor that records all of its engine processes. */
export function watchedSupervisor(
  config: EngineConfig,
  options: Partial<SupervisorOptions> = {},
): { supervisor: EngineSupervisor; children: EngineChild[] } {
  const children: EngineChild[] = [];
  const supervisor = new EngineSupervisor({
    config,
    launch: () => {
      const child = forkEngine();
      children.push(child);
      return child;
    },
    ...options,
  });
  return { supervisor, children };
}

/** The tiny scene, ready to be rendered by the supervisor's engine. */
export async function tinyScene(
  root: string,
  supervisor: EngineSupervisor,
): Promise<{
  scene: LoadedScene;
  request: (parameters?: Partial<RenderParameters>) => RenderRequest;
  readAsset: ReturnType<typeof assetReader>;
}> {
  const scene = await loadScene(await makeTinyScene(join(root, 'scene'), tinySceneFile()));
  const { pack } = await supervisor.open();
  return {
    scene,
    request: (parameters = {}) => makeRequest(scene, pack, { parameters }),
    readAsset: assetReader(scene),
  };
}

/** Whether a process exists; a zombie counts as gone. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return !isZombie(pid);
}

/** An ended process whose parent has not collected its exit code: after a kill, the system may take its time. */
function isZombie(pid: number): boolean {
  if (process.platform !== 'linux') return false;
  try {
    // The state follows the name in brackets, which may contain brackets too.
    return /^\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*(?=\) )/s, ''));
  } catch {
    return true;
  }
}
