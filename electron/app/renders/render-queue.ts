/** The queue of renders and the running one: order, cancellation and events. */
import type { EngineResultOf } from '../../contract/engine-messages.ts';
import { StudioError } from '../../contract/errors.ts';
import { renderProgressSchema } from '../../contract/progress.ts';
import type { ProjectId } from '../../contract/project-state.ts';
import type { QueueState, RenderId } from '../../contract/render-record.ts';
import type { EngineSupervisor } from '../engine/engine-supervisor.ts';
import { asStudioError } from '../studio-error.ts';
import { FarmQueue, type FarmRenderer } from './farm-queue.ts';
import type { QueuedRender, QueueObserver, RenderEnd } from './queued-render.ts';
import { TimeLeftEstimator } from './time-left.ts';

/** Renders that the user asked to cancel. */
export type CancelWhat =
  | { readonly what: 'current' | 'queued' | 'all' }
  | { readonly what: 'one'; readonly renderId: RenderId; readonly discard: boolean };

export class RenderQueue {
  readonly #engine: Pick<EngineSupervisor, 'run'>;
  readonly #observer: QueueObserver;
  readonly #farms: FarmQueue;
  #waiting: QueuedRender[] = [];
  #current:
    | { readonly render: QueuedRender; readonly controller: AbortController; isDiscarded: boolean }
    | undefined;
  #working: Promise<void> | undefined;
  /** Cancelled renders that are being recorded. */
  readonly #dropping = new Set<Promise<void>>();
  #lastTimingsMs: EngineResultOf<'render'>['timingsMs'] | undefined;

  constructor(engine: Pick<EngineSupervisor, 'run'>, observer: QueueObserver, farms: FarmRenderer) {
    this.#engine = engine;
    this.#observer = observer;
    this.#farms = new FarmQueue(farms, observer, () => this.#changed());
  }

  get state(): QueueState {
    const entry = (state: 'queued' | 'running', render: QueuedRender): QueueState['entries'][number] => ({
      renderId: render.renderId,
      projectId: render.projectId,
      projectName: render.projectName,
      sweep: render.sweep,
      state,
      farm: null,
      machine: null,
      position: null,
      reason: null,
    });
    return {
      entries: [
        ...(this.#current ? [entry('running', this.#current.render)] : []),
        ...this.#waiting.map((render) => entry('queued', render)),
        ...this.#farms.entries,
      ],
    };
  }

  /** The queued and running renders of a project. */
  ofProject(projectId: ProjectId): readonly QueuedRender[] {
    const here = this.#current ? [this.#current.render, ...this.#waiting] : this.#waiting;
    return [...here, ...this.#farms.renders].filter((render) => render.projectId === projectId);
  }

  isRunning(renderId: RenderId): boolean {
    return this.#current?.render.renderId === renderId || this.#farms.isRunning(renderId);
  }

  enqueue(renders: readonly QueuedRender[], atFront = false): void {
    const here = renders.filter(({ farm }) => farm === null);
    if (atFront) this.#waiting.unshift(...here);
    else this.#waiting.push(...here);
    for (const render of renders) if (render.farm !== null) this.#farms.send(render);
    this.#changed();
    if (this.#working === undefined && this.#waiting.length > 0) {
      this.#working = this.#work();
    }
  }

  /**
   * @param toIndex position in the queue; beyond the end means the end
   * @throws StudioError RENDER_UNKNOWN when it is not queued
   */
  move(renderId: RenderId, toIndex: number): void {
    const from = this.#waiting.findIndex((render) => render.renderId === renderId);
    if (from < 0) throw new StudioError('RENDER_UNKNOWN', 'This render is no longer queued.');
    const [moved] = this.#waiting.splice(from, 1);
    this.#waiting.splice(toIndex, 0, moved!);
    this.#changed();
  }

  /** @throws StudioError RENDER_UNKNOWN when it is neither queued nor running */
  async cancel(cancel: CancelWhat): Promise<void> {
    switch (cancel.what) {
      case 'current':
        this.#current?.controller.abort();
        this.#farms.cancel((_, isRunning) => isRunning);
        return;
      case 'queued':
        this.#farms.cancel((_, isRunning) => !isRunning);
        return this.#drop(() => true);
      case 'all':
        this.#current?.controller.abort();
        this.#farms.cancel(() => true);
        return this.#drop(() => true);
      case 'one': {
        const { renderId, discard } = cancel;
        const current = this.#current;
        if (current?.render.renderId === renderId) {
          current.isDiscarded = discard;
          current.controller.abort();
          return;
        }
        if (this.#farms.cancel((render) => render.renderId === renderId, discard)) return;
        if (!this.#waiting.some((render) => render.renderId === renderId)) {
          throw new StudioError('RENDER_UNKNOWN', 'This render is no longer queued or running.');
        }
        return this.#drop((render) => render.renderId === renderId, discard);
      }
    }
  }

  /** Cancels a project's renders; resolves when the last of them has ended. */
  async cancelProject(projectId: ProjectId): Promise<void> {
    this.#farms.cancel((render) => render.projectId === projectId);
    await this.#drop((render) => render.projectId === projectId);
    // Others may have been cancelled just before.
    await Promise.all(this.#dropping);
    const current = this.#current;
    if (current?.render.projectId === projectId) {
      current.controller.abort();
      await this.#currentEnded;
    }
    await this.#farms.settled(projectId);
  }

  /** Resolves when nothing is queued or running. */
  async settled(): Promise<void> {
    while (this.#working) await this.#working;
    await Promise.all(this.#dropping);
    await this.#farms.settled();
  }

  #currentEnded: Promise<void> = Promise.resolve();

  async #drop(isDropped: (render: QueuedRender) => boolean, isDiscarded = false): Promise<void> {
    const dropped = this.#waiting.filter(isDropped);
    if (dropped.length === 0) return;
    this.#waiting = this.#waiting.filter((render) => !isDropped(render));
    this.#changed();
    const dropping = this.#outliving(() => this.#observer.onDropped(dropped, isDiscarded));
    this.#dropping.add(dropping);
    await dropping;
    this.#dropping.delete(dropping);
  }

  async #work(): Promise<void> {
    for (let render = this.#waiting.shift(); render !== undefined; render = this.#waiting.shift()) {
      const controller = new AbortController();
      this.#current = { render, controller, isDiscarded: false };
      this.#changed();
      this.#currentEnded = this.#runOne(render, controller.signal);
      await this.#currentEnded;
      this.#current = undefined;
      this.#changed();
    }
    // In the same step as the last look: a render that is queued from now on starts the work again.
    this.#working = undefined;
  }

  async #runOne(render: QueuedRender, signal: AbortSignal): Promise<void> {
    let end: RenderEnd;
    try {
      this.#observer.onStarted(render);
      const request = await render.complete(signal);
      const timeLeft = new TimeLeftEstimator(this.#lastTimingsMs);
      const result = await this.#engine.run(
        { kind: 'render', request, previews: true },
        {
          signal,
          ...(render.model && { model: render.model }),
          readAsset: render.readAsset,
          onProgress: (reported) => {
            const progress = renderProgressSchema.parse(reported);
            this.#observer.onProgress(render, progress, timeLeft.update(progress, performance.now()));
          },
          onPreview: (preview) => this.#observer.onPreview(render, preview),
        },
      );
      this.#lastTimingsMs = result.timingsMs;
      end = { state: 'done', result };
    } catch (error) {
      if (error instanceof StudioError && error.code === 'CANCELLED') {
        end = { state: 'cancelled', isDiscarded: this.#current?.isDiscarded ?? false };
      } else {
        end = { state: 'failed', error: asStudioError(error) };
      }
    }
    await this.#outliving(() => this.#observer.onEnded(render, end));
  }

  #changed(): void {
    try {
      this.#observer.onQueueChanged(this.state);
    } catch (error) {
      this.#observer.onFault(error);
    }
  }

  /** A bug in storing or reporting a render must not stop the queue. */
  async #outliving(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      this.#observer.onFault(error);
    }
  }
}
