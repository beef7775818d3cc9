/** Runs the tasks of the engine process, from message to result. */

import type {
  EngineCandidate,
  EnginePreview,
  EngineProgress,
  EngineResult,
  EngineResultOf,
  EngineTask,
} from '../../contract/engine-messages.ts';
import type { ResolvedFrame } from '../../contract/frame.ts';
import { type Notice, notice } from '../../contract/notices.ts';
import type { RgbImage } from '../../pipeline/processors/image.ts';
import { encodeMaskPng, encodePng, type PictureFile } from '../images/images.ts';
import { hearCancel } from '../runtime/cancelling.ts';
import { asStudioError } from '../runtime/studio-errors.ts';
import type { AssetReader } from '../scene/scene-concepts.ts';
import type { Engine, RenderControls, RenderOutcome } from './engine.ts';
import type { MasksOutcome } from './preparation-types.ts';

/** The environment of a task. */
export interface TaskControls {
  readonly signal: AbortSignal;
  readonly readAsset: AssetReader;
  readonly onProgress: (progress: EngineProgress) => void;
  readonly onPreview: (preview: EnginePreview) => void;
  readonly onCandidate: (candidate: EngineCandidate) => void;
  /** For renders: receives tensors by name (docs/trace.md). They never leave the process. */
  readonly onTrace?: RenderControls['onTrace'];
}

/** Shortest time between two previews: faster ones would not be seen. */
const PREVIEW_INTERVAL_MS = 150;

/**
 * Runs a task.
 *
 * @throws StudioError of the engine
 */
export async function runEngineTask(
  engine: Engine,
  task: EngineTask,
  controls: TaskControls,
): Promise<EngineResult> {
  // Encoders may take as much memory as the pack.
  if (task.kind !== 'scoreRender') await engine.scoring.release();
  switch (task.kind) {
    case 'render':
      return runRender(engine, task, controls);
    case 'generateBackgrounds':
      return runBackgrounds(engine, task, controls);
    case 'findMask': {
      const { kind, image, ...search } = task;
      const picture = await controls.readAsset(image);
      const outcome = await engine.preparation.findMask(picture, search, controls);
      return { kind, ...(await maskCandidates(outcome)) };
    }
    case 'selectMask': {
      const { points, box } = task;
      const image = await controls.readAsset(task.image);
      const outcome = await engine.preparation.selectMask(image, { points, box }, controls);
      return { kind: task.kind, ...(await maskCandidates(outcome)) };
    }
    case 'removeObjects':
      return runRemoval(engine, task, controls);
    case 'scoreRender': {
      const { kind, request, encoders, known } = task;
      const result = await controls.readAsset(task.result);
      const order = { request, result, encoders, known };
      return { kind, scores: await engine.scoring.score(order, controls.readAsset, controls) };
    }
  }
}

async function runBackgrounds(
  engine: Engine,
  { kind, ...request }: Extract<EngineTask, { kind: 'generateBackgrounds' }>,
  { signal, onProgress, onCandidate }: TaskControls,
): Promise<EngineResultOf<'generateBackgrounds'>> {
  const { candidates, model, notices } = await engine.preparation.generateBackgrounds(request, {
    signal,
    onProgress,
    onCandidate: async ({ image, seed: own }) => onCandidate({ png: await encodePng(image), seed: own }),
  });
  return { kind, model, notices: [...notices], count: candidates.length };
}

async function maskCandidates({ proposals, model, notices }: MasksOutcome) {
  return {
    model,
    notices: [...notices],
    candidates: await Promise.all(
      proposals.map(async ({ mask, score, box }) => ({ png: await encodeMaskPng(mask), score, box })),
    ),
  };
}

async function runRemoval(
  engine: Engine,
  { kind, image, masks, ...options }: Extract<EngineTask, { kind: 'removeObjects' }>,
  { signal, readAsset, onProgress }: TaskControls,
): Promise<EngineResultOf<'removeObjects'>> {
  const picture = await readAsset(image);
  const planes: PictureFile[] = [];
  for (const mask of masks) planes.push(await readAsset(mask));
  const removed = await engine.preparation.removeObjects(picture, planes, options, { signal, onProgress });
  await hearCancel(signal);
  return {
    kind,
    model: removed.model,
    notices: [...removed.notices],
    png: await encodePng(removed.image),
    method: removed.method,
  };
}

async function runRender(
  engine: Engine,
  { request, previews }: Extract<EngineTask, { kind: 'render' }>,
  { signal, readAsset, onProgress, onPreview, onTrace }: TaskControls,
): Promise<EngineResultOf<'render'>> {
  const previewing = previews ? new PreviewSender(onPreview) : undefined;
  let outcome: RenderOutcome;
  try {
    outcome = await engine.render(request, readAsset, {
      signal,
      onProgress,
      ...(onTrace && { onTrace }),
      ...(previewing && {
        onPreview: (image, step, total, frame) => previewing.show(image, step, total, frame),
      }),
    });
  } finally {
    // No preview may follow the end of a render.
    await previewing?.settled();
  }
  await hearCancel(signal);
  const { image, frame, device, notices, timingsMs, totalMs, unetMs, unetRows, peakMemoryBytes } = outcome;
  return {
    kind: 'render',
    png: await encodePng(image, () => hearCancel(signal)),
    width: image.width,
    height: image.height,
    frame,
    device,
    notices: [...notices, ...(previewing?.notices ?? [])],
    timingsMs,
    totalMs,
    unetMs,
    unetRows,
    peakMemoryBytes,
  };
}

/**
 * Encodes previews during a render, one at a time; those that come too fast are dropped. A failure to encode does not
 * affect the render: it is noted once.
 */
export class PreviewSender {
  readonly notices: Notice[] = [];
  readonly #encodePng: typeof encodePng;
  readonly #send: (preview: EnginePreview) => void;
  #encoding: Promise<void> | undefined;
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(send: (preview: EnginePreview) => void, encode = encodePng) {
    this.#send = send;
    this.#encodePng = encode;
  }

  show(image: RgbImage, step: number, total: number, frame: ResolvedFrame): void {
    const nowMs = performance.now();
    if (this.#encoding !== undefined || nowMs - this.#lastMs < PREVIEW_INTERVAL_MS) return;
    this.#lastMs = nowMs;
    this.#encoding = this.#encode(image, step, total, frame).finally(() => {
      this.#encoding = undefined;
    });
  }

  /** Waits for the last one: a result is never followed by a preview. */
  async settled(): Promise<void> {
    await this.#encoding;
  }

  async #encode(image: RgbImage, step: number, total: number, frame: ResolvedFrame): Promise<void> {
    try {
      const png = await this.#encodePng(image);
      this.#send({ png, width: image.width, height: image.height, frame, step, total });
    } catch (error) {
      if (this.notices.length > 0) return;
      this.notices.push(notice('PREVIEW_FAILED', { failure: asStudioError(error) }));
    }
  }
}
