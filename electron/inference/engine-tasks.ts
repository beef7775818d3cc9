/** The tasks of the engine process, each from its message to its result. */
import type {
  EnginePreview,
  EngineProgress,
  EngineResult,
  EngineResultOf,
  EngineTask,
} from '../contract/engine-messages.ts';
import { StudioError } from '../contract/errors.ts';
import type { RgbImage } from '../pipeline/processors/image.ts';
import type { Engine } from './engine.ts';
import { encodePng } from './images.ts';
import type { AssetReader } from './scene-assets.ts';

/** Everything around a task. */
export interface TaskControls {
  readonly signal: AbortSignal;
  readonly readAsset: AssetReader;
  readonly onProgress: (progress: EngineProgress) => void;
  readonly onPreview: (preview: EnginePreview) => void;
}

/** Shortest time between two previews: more than a person can see is work for nothing. */
const previewIntervalMs = 150;

/**
 * Runs a task.
 *
 * @throws StudioError what the engine throws for it
 */
export async function runEngineTask(
  engine: Engine,
  task: EngineTask,
  controls: TaskControls,
): Promise<EngineResult> {
  switch (task.kind) {
    case 'render':
      return runRender(engine, task, controls);
    default:
      throw new StudioError('HOST_UNSUPPORTED', `The model pack ${engine.pack.name} cannot do that.`);
  }
}

async function runRender(
  engine: Engine,
  { request, previews }: Extract<EngineTask, { kind: 'render' }>,
  { signal, readAsset, onProgress, onPreview }: TaskControls,
): Promise<EngineResultOf<'render'>> {
  const previewing = previews ? new PreviewSender(onPreview) : undefined;
  const outcome = await engine.render(request, readAsset, {
    signal,
    onProgress,
    ...(previewing && { onPreview: (image, step, total) => previewing.show(image, step, total) }),
  });
  await previewing?.settled();
  const { image, device, notices, timingsMs, totalMs, unetMs, unetRows, peakMemoryBytes } = outcome;
  return {
    kind: 'render',
    png: await encodePng(image),
    width: image.width,
    height: image.height,
    device,
    notices: [...notices],
    timingsMs,
    totalMs,
    unetMs,
    unetRows,
    peakMemoryBytes,
  };
}

/** Encodes previews beside the render, one at a time; those that come too fast are left out. */
class PreviewSender {
  readonly #send: (preview: EnginePreview) => void;
  #encoding: Promise<void> | undefined;
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(send: (preview: EnginePreview) => void) {
    this.#send = send;
  }

  show(image: RgbImage, step: number, total: number): void {
    const nowMs = performance.now();
    if (this.#encoding !== undefined || nowMs - this.#lastMs < previewIntervalMs) return;
    this.#lastMs = nowMs;
    this.#encoding = this.#encode(image, step, total).finally(() => {
      this.#encoding = undefined;
    });
  }

  /** The last one is under way no more: a result is never followed by a preview. */
  async settled(): Promise<void> {
    await this.#encoding;
  }

  async #encode(image: RgbImage, step: number, total: number): Promise<void> {
    const png = await encodePng(image);
    this.#send({ png, width: image.width, height: image.height, step, total });
  }
}
