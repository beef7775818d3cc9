/** The renders on farms: each is sent at once, and the farm's own queue decides when it runs. */
import type { EngineResultOf } from '../../contract/engine-messages.ts';
import { StudioError } from '../../contract/errors.ts';
import { renderProgressSchema } from '../../contract/progress.ts';
import type { ProjectId } from '../../contract/project-state.ts';
import type { QueueEntry, RenderId } from '../../contract/render-record.ts';
import type { RenderRequest } from '../../contract/render-request.ts';
import type { FarmRenderControls } from '../../farm/client/farm-client.ts';
import type { JobPlace } from '../../farm/client/followed-job.ts';
import { asStudioError } from '../studio-error.ts';
import type { QueuedRender, QueueObserver, RenderEnd } from './queued-render.ts';
import { TimeLeftEstimator } from './time-left.ts';

/** Renders on a farm, by its name. */
export interface FarmRenderer {
  readonly render: (
    farm: string,
    request: RenderRequest,
    controls: FarmRenderControls & { readonly waitsForFarm: boolean },
  ) => Promise<EngineResultOf<'render'>>;
}

interface Sent {
  readonly render: QueuedRender;
  readonly controller: AbortController;
  place: JobPlace;
  isDiscarded: boolean;
  ended: Promise<void>;
}

/** How often moves within the queues of farms are reported, at most. */
const CHANGE_EVERY_MS = 200;

const UNPLACED: JobPlace = { state: 'waiting', machine: null, position: null, reason: null };

export class FarmQueue {
  readonly #farms: FarmRenderer;
  readonly #observer: QueueObserver;
  readonly #onChanged: () => void;
  readonly #sent = new Map<RenderId, Sent>();
  #changing: NodeJS.Timeout | undefined;

  /** @param onChanged called when a render was sent, moved or ended */
  constructor(farms: FarmRenderer, observer: QueueObserver, onChanged: () => void) {
    this.#farms = farms;
    this.#observer = observer;
    this.#onChanged = onChanged;
  }

  get entries(): QueueEntry[] {
    return [...this.#sent.values()].map(({ render, place }) => ({
      renderId: render.renderId,
      projectId: render.projectId,
      projectName: render.projectName,
      sweep: render.sweep,
      farm: render.farm,
      state: place.state === 'rendering' ? 'running' : 'queued',
      machine: place.machine,
      position: place.position,
      reason: place.reason,
    }));
  }

  get renders(): QueuedRender[] {
    return [...this.#sent.values()].map(({ render }) => render);
  }

  isRunning(renderId: RenderId): boolean {
    return this.#sent.get(renderId)?.place.state === 'rendering';
  }

  send(render: QueuedRender): void {
    const sent: Sent = {
      render,
      controller: new AbortController(),
      place: UNPLACED,
      isDiscarded: false,
      ended: Promise.resolve(),
    };
    this.#sent.set(render.renderId, sent);
    sent.ended = this.#run(sent);
  }

  /**
   * Cancels renders; each ends as cancelled.
   *
   * @returns whether there were any
   */
  cancel(which: (render: QueuedRender, isRunning: boolean) => boolean, isDiscarded = false): boolean {
    const chosen = [...this.#sent.values()].filter(({ render, place }) =>
      which(render, place.state === 'rendering'),
    );
    for (const sent of chosen) {
      sent.isDiscarded = isDiscarded;
      sent.controller.abort();
    }
    return chosen.length > 0;
  }

  /** Resolves when every render, or every one of a project, has ended. */
  async settled(projectId?: ProjectId): Promise<void> {
    const awaited = [...this.#sent.values()].filter(
      ({ render }) => projectId === undefined || render.projectId === projectId,
    );
    await Promise.all(awaited.map(({ ended }) => ended));
  }

  /** Hundreds of renders move at once when one of them starts: the queue is reported once for all. */
  #changeSoon(): void {
    this.#changing ??= setTimeout(() => {
      this.#changing = undefined;
      this.#onChanged();
    }, CHANGE_EVERY_MS);
  }

  async #run(sent: Sent): Promise<void> {
    const { render, controller } = sent;
    const { signal } = controller;
    const timeLeft = new TimeLeftEstimator(undefined);
    let end: RenderEnd;
    try {
      const request = await render.complete(signal);
      const result = await this.#farms.render(render.farm!, request, {
        signal,
        outputId: render.renderId,
        waitsForFarm: render.isResumed,
        previews: true,
        readAsset: render.readAsset,
        onPlace: (place) => {
          const hasStarted = place.state === 'rendering' && sent.place.state !== 'rendering';
          sent.place = place;
          if (hasStarted) this.#observer.onStarted(render);
          this.#changeSoon();
        },
        onProgress: (reported) => {
          const progress = renderProgressSchema.parse(reported);
          this.#observer.onProgress(render, progress, timeLeft.update(progress, performance.now()));
        },
        onPreview: (preview) => this.#observer.onPreview(render, preview),
      });
      end = { state: 'done', result };
    } catch (error) {
      end =
        error instanceof StudioError && error.code === 'CANCELLED'
          ? { state: 'cancelled', isDiscarded: sent.isDiscarded }
          : { state: 'failed', error: asStudioError(error) };
    }
    try {
      await this.#observer.onEnded(render, end);
    } catch (error) {
      // A bug in storing or reporting a render must not hide the others.
      this.#observer.onFault(error);
    } finally {
      this.#sent.delete(render.renderId);
      this.#onChanged();
    }
  }
}
