/**
 * The engine behind its line to the host: opens one pack, runs one task after another, asks the host for the
 * pictures that a task names, and stops at the next step when a task is cancelled.
 */
import * as z from 'zod';
import {
  type EngineMessage,
  type EngineResult,
  type EngineTask,
  type HostMessage,
  hostMessageSchema,
} from '../../contract/engine-messages.ts';
import { StudioError } from '../../contract/errors.ts';
import type { AssetId } from '../../contract/render-request.ts';
import type { HostPort } from '../../foundation/processes/host-port.ts';
import type { PictureFile } from '../images/images.ts';
import { asStudioError } from '../runtime/studio-errors.ts';
import { Engine } from './engine.ts';
import { runEngineTask } from './engine-tasks.ts';

export class EngineServer {
  readonly #port: HostPort;
  #engine: Engine | undefined;
  readonly #runs = new Map<number, AbortController>();
  readonly #assetRequests = new Map<number, (file: PictureFile | null) => void>();
  #assetRequestCount = 0;

  constructor(port: HostPort) {
    this.#port = port;
    port.onMessage((message) => this.#receive(message));
  }

  #send(message: EngineMessage): void {
    this.#port.send(message);
  }

  #receive(message: unknown): void {
    const parsed = hostMessageSchema.safeParse(message);
    // The host is this program's own: a message that does not parse is a fault, and ends the process loudly.
    if (!parsed.success) throw new Error(`unexpected message: ${z.prettifyError(parsed.error)}`);
    const known = parsed.data;
    switch (known.type) {
      case 'open':
        void this.#open(known);
        break;
      case 'run':
        void this.#run(known.runId, known.task);
        break;
      case 'cancel':
        this.#runs.get(known.runId)?.abort();
        break;
      case 'asset':
        this.#assetRequests.get(known.assetRequestId)?.(known.file);
        this.#assetRequests.delete(known.assetRequestId);
        break;
    }
  }

  async #open({ config }: Extract<HostMessage, { type: 'open' }>): Promise<void> {
    try {
      const engine = await Engine.open({
        ...config,
        onProgress: ({ step, total }) => this.#send({ type: 'opening', step, total }),
      });
      this.#engine = engine;
      const { pack, device, models } = engine;
      this.#send({
        type: 'opened',
        device,
        pack: {
          name: pack.name,
          identity: pack.identity,
          licence: pack.licence,
          size: pack.size && { width: pack.size.width, height: pack.size.height },
          downscale: models.autoencoder.downscale,
          recommended: pack.recommended,
          abilities: engine.preparation.abilities,
        },
        memoryBytes: process.memoryUsage.rss(),
      });
    } catch (error) {
      const { code, message } = asStudioError(error);
      this.#send({ type: 'openFailed', code, message });
    }
  }

  async #run(runId: number, task: EngineTask): Promise<void> {
    const controller = new AbortController();
    this.#runs.set(runId, controller);
    try {
      if (this.#engine === undefined) throw new StudioError('INTERNAL', 'No model pack is open.');
      const result: EngineResult = await runEngineTask(this.#engine, task, {
        signal: controller.signal,
        readAsset: (asset) => this.#readAsset(runId, asset),
        onProgress: (progress) => this.#send({ type: 'progress', runId, progress }),
        onPreview: (preview) => this.#send({ type: 'preview', runId, preview }),
        onCandidate: (candidate) => this.#send({ type: 'candidate', runId, candidate }),
      });
      this.#send({ type: 'finished', runId, result, memoryBytes: process.memoryUsage.rss() });
    } catch (error) {
      const { code, message } = asStudioError(error);
      this.#send({ type: 'failed', runId, code, message, memoryBytes: process.memoryUsage.rss() });
    } finally {
      this.#runs.delete(runId);
    }
  }

  async #readAsset(runId: number, asset: AssetId): Promise<PictureFile> {
    const assetRequestId = this.#assetRequestCount++;
    const file = await new Promise<PictureFile | null>((resolve) => {
      this.#assetRequests.set(assetRequestId, resolve);
      this.#send({ type: 'needAsset', assetRequestId, runId, asset });
    });
    if (file === null) {
      throw new StudioError('ASSET_MISSING', `A picture of the scene is not in the project: ${asset}.`);
    }
    return file;
  }
}
