/**
 * Serves the engine to the host: opens one pack, runs one task after another, asks the host for the pictures of a
 * task, and stops at the next step when a task is cancelled.
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
import { Engine, type RenderControls } from './engine.ts';
import { runEngineTask } from './engine-tasks.ts';

export class EngineServer {
  readonly #port: HostPort;
  readonly #onTrace: RenderControls['onTrace'];
  readonly #closing = new AbortController();
  #opening: Promise<void> | undefined;
  #engine: Engine | undefined;
  readonly #runs = new Map<number, { readonly controller: AbortController; readonly ended: Promise<void> }>();
  readonly #assetRequests = new Map<number, (file: PictureFile | null) => void>();
  #assetRequestCount = 0;

  /** @param onTrace receives the tensors of every render; only available within this process */
  constructor(port: HostPort, onTrace?: RenderControls['onTrace']) {
    this.#port = port;
    this.#onTrace = onTrace;
    port.onMessage((message) => this.#receive(message));
  }

  /** Stops everything at its next step, and releases the engine. */
  async close(): Promise<void> {
    this.#closing.abort();
    // No pending picture will arrive any more.
    for (const give of this.#assetRequests.values()) give(null);
    this.#assetRequests.clear();
    for (const { controller } of this.#runs.values()) controller.abort();
    await this.#opening;
    await Promise.all([...this.#runs.values()].map(({ ended }) => ended));
    await this.#engine?.release();
  }

  #send(message: EngineMessage): void {
    this.#port.send(message);
  }

  #receive(message: unknown): void {
    const parsed = hostMessageSchema.safeParse(message);
    // The host is part of this program: an invalid message is a bug, and ends the process with an error.
    if (!parsed.success) throw new Error(`unexpected message: ${z.prettifyError(parsed.error)}`);
    const known = parsed.data;
    switch (known.type) {
      case 'open':
        this.#opening = this.#open(known);
        break;
      case 'run':
        this.#begin(known.runId, known.task);
        break;
      case 'cancel':
        this.#runs.get(known.runId)?.controller.abort();
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
        signal: this.#closing.signal,
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
          multiple: engine.framePack.multiple,
          recommended: pack.recommended,
          capabilities: engine.preparation.capabilities,
          ...(models.conditioner.embeddings.length > 0 && {
            embeddings: models.conditioner.embeddings.map(({ name, sha256, encoders }) => ({
              name,
              sha256,
              tokens: encoders[0]!.count,
            })),
          }),
          ...(pack.loras.length > 0 && {
            loras: pack.loras.map(({ triggerWords, ...lora }) => ({
              ...lora,
              triggerWords: [...triggerWords],
            })),
          }),
        },
        memoryBytes: process.memoryUsage.rss(),
      });
    } catch (error) {
      const { code, message } = asStudioError(error);
      this.#send({ type: 'openFailed', code, message });
    }
  }

  #begin(runId: number, task: EngineTask): void {
    const controller = new AbortController();
    const ended = this.#run(runId, task, controller.signal).finally(() => this.#runs.delete(runId));
    this.#runs.set(runId, { controller, ended });
  }

  async #run(runId: number, task: EngineTask, signal: AbortSignal): Promise<void> {
    try {
      if (this.#engine === undefined) throw new StudioError('INTERNAL', 'No model pack is open.');
      const result: EngineResult = await runEngineTask(this.#engine, task, {
        signal,
        ...(this.#onTrace && { onTrace: this.#onTrace }),
        readAsset: (asset) => this.#readAsset(runId, asset),
        onProgress: (progress) => this.#send({ type: 'progress', runId, progress }),
        onPreview: (preview) => this.#send({ type: 'preview', runId, preview }),
        onCandidate: (candidate) => this.#send({ type: 'candidate', runId, candidate }),
      });
      this.#send({ type: 'finished', runId, result, memoryBytes: process.memoryUsage.rss() });
    } catch (error) {
      const { code, message } = asStudioError(error);
      this.#send({ type: 'failed', runId, code, message, memoryBytes: process.memoryUsage.rss() });
    }
  }

  async #readAsset(runId: number, asset: AssetId): Promise<PictureFile> {
    const assetRequestId = this.#assetRequestCount++;
    const file = await new Promise<PictureFile | null>((resolve) => {
      if (this.#closing.signal.aborted) return resolve(null);
      this.#assetRequests.set(assetRequestId, resolve);
      this.#send({ type: 'needAsset', assetRequestId, runId, asset });
    });
    if (file === null) {
      throw new StudioError('ASSET_MISSING', `A picture of the scene is not in the project: ${asset}.`);
    }
    return file;
  }
}
