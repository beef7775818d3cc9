/** The engine's tasks: the result of each, cancelling in every stage, and the limits of previews. */

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadScene } from '../../../../electron/app/scenes/scene-folder.ts';
import { assetReader, makeRequest } from '../../../../electron/app/scenes/scene-request.ts';
import type {
  EngineCandidate,
  EnginePreview,
  EngineTask,
} from '../../../../electron/contract/engine-messages.ts';
import type { RenderRequest } from '../../../../electron/contract/render-request.ts';
import type { Engine } from '../../../../electron/inference/engine/engine.ts';
import { PreviewSender, runEngineTask } from '../../../../electron/inference/engine/engine-tasks.ts';
import type { RgbImage } from '../../../../electron/pipeline/processors/image.ts';
import { sentencesOf } from '../../contract/notice-sentences.ts';
import { makeTinyScene, tinySceneFile } from '../tiny-pack.ts';
import { tinyEngine } from './tiny-engine.ts';

const tiny = tinyEngine();
let request: RenderRequest;
let readAsset: ReturnType<typeof assetReader>;
beforeAll(async () => {
  const scene = await loadScene(await makeTinyScene(join(tiny.root, 'scene'), tinySceneFile()));
  request = makeRequest(scene, tiny.engine.pack, { parameters: {} });
  readAsset = assetReader(scene);
});

/** Runs a task; `onProgress` may cancel it. */
async function run(task: EngineTask, cancelAt?: string) {
  const controller = new AbortController();
  const stages: string[] = [];
  const previews: EnginePreview[] = [];
  const candidates: EngineCandidate[] = [];
  const result = runEngineTask(tiny.engine, task, {
    signal: controller.signal,
    readAsset,
    onProgress: ({ stage }) => {
      stages.push(stage);
      // A cancel message arrives in another turn of the event loop, not during the report.
      if (stage === cancelAt) setImmediate(() => controller.abort());
    },
    onPreview: (preview) => previews.push(preview),
    onCandidate: (candidate) => candidates.push(candidate),
  });
  return { result, stages, previews, candidates };
}

/** A seed for which nothing is cached, so that every stage has work to do. */
let seed = 1000;
const tasks = {
  render: (): EngineTask => ({
    kind: 'render',
    request: { ...request, parameters: { ...request.parameters, seed: seed++, steps: 4 } },
    previews: true,
  }),
  generateBackgrounds: (): EngineTask => ({
    kind: 'generateBackgrounds',
    prompt: 'a meadow',
    negativePrompt: '',
    count: 2,
    seed: seed++,
  }),
  selectMask: (): EngineTask => ({
    kind: 'selectMask',
    image: request.scene.background,
    points: [{ x: 8, y: 8, isInside: true }],
    box: null,
  }),
  ...Object.fromEntries(
    (['diffusion', 'layers', 'telea'] as const).map((method) => [
      `removeObjects by ${method}`,
      (): EngineTask => ({
        kind: 'removeObjects',
        image: request.scene.background,
        masks: request.scene.concepts.map(({ mask }) => mask!),
        growPx: 1,
        method,
        prompt: '',
      }),
    ]),
  ),
} as Record<string, () => EngineTask>;

describe.each(Object.entries(tasks))('%s', (name, make) => {
  let stages: string[];

  test('gives the result of its kind', async () => {
    const { result, stages: seen, candidates } = await run(make());
    const done = await result;
    expect(done.kind).toBe(make().kind);
    if (done.kind === 'render' || done.kind === 'removeObjects') {
      expect(Buffer.from(done.png.subarray(1, 4)).toString('latin1')).toBe('PNG');
    }
    if (done.kind === 'removeObjects') expect(name).toContain(done.method);
    if (done.kind === 'selectMask') expect(done.candidates.length).toBeGreaterThan(0);
    if (done.kind === 'generateBackgrounds') expect(candidates).toHaveLength(2);
    stages = [...new Set(seen)];
    expect(stages.length).toBeGreaterThan(0);
  });

  test('can be cancelled in every stage, except after its last step', async () => {
    // The last report of the last stage is followed only by the result itself.
    for (const stage of stages) {
      const { result } = await run(make(), stage);
      await expect(result, stage).rejects.toMatchObject({ code: 'CANCELLED' });
    }
  });
});

test('a picture that the host does not have fails the task', async () => {
  const missing = { ...tasks.selectMask!(), image: randomBytes(32).toString('hex') } as EngineTask;
  await expect((await run(missing)).result).rejects.toMatchObject({ code: expect.any(String) });
});

describe('previews', () => {
  const image: RgbImage = { width: 2, height: 2, data: new Uint8Array(12) };
  const frame = { left: 0, top: 0, width: 16, height: 16, modelWidth: 16, modelHeight: 16 };

  test('one that cannot be encoded is logged once, and the next ones are tried', async () => {
    let attempts = 0;
    const sender = new PreviewSender(
      () => undefined,
      async () => {
        attempts++;
        throw new Error('no more threads');
      },
    );
    sender.show(image, 1, 3, frame);
    await sender.settled();
    await new Promise((resolve) => setTimeout(resolve, 200));
    sender.show(image, 2, 3, frame);
    await sender.settled();
    expect(attempts).toBe(2);
    expect(sentencesOf(sender.notices)).toEqual(['A preview could not be shown: no more threads']);
  });

  test('none follows the end of a render, however it ended', async () => {
    const failing = {
      scoring: { release: async () => undefined },
      render: async (_: unknown, __: unknown, { onPreview }: { onPreview: PreviewSender['show'] }) => {
        onPreview({ width: 512, height: 512, data: randomBytes(3 * 512 * 512) }, 1, 2, frame);
        throw new Error('the render failed');
      },
    } as unknown as Engine;
    let shown = 0;
    const run = runEngineTask(
      failing,
      { kind: 'render', request, previews: true },
      {
        signal: new AbortController().signal,
        readAsset,
        onProgress: () => undefined,
        onPreview: () => {
          shown++;
        },
        onCandidate: () => undefined,
      },
    );
    await expect(run).rejects.toThrow('the render failed');
    // It was being encoded when the render failed, and was finished before that was reported.
    expect(shown).toBe(1);
  });

  test('a render continues without them if they cannot be made', async () => {
    const { result } = await run(tasks.render!());
    expect(await result).toMatchObject({ notices: [] });
    const outcome = await tiny.engine.render(request, readAsset, {
      onPreview: () => {
        throw new Error('nobody looks');
      },
    });
    expect(sentencesOf(outcome.notices)).toEqual(['There were no previews: nobody looks']);
  });
});
