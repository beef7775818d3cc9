/** The queue of renders and the running one: order, cancellation and events. */
import type { EnginePreview, EngineResultOf } from '../../contract/engine-messages.ts';
import { StudioError } from '../../contract/errors.ts';
import { type RenderProgress, renderProgressSchema } from '../../contract/progress.ts';
import type { ProjectId } from '../../contract/project-state.ts';
import type { QueueState, RenderId, SweepCell } from '../../contract/render-record.ts';
import type { RenderRequest } from '../../contract/render-request.ts';
import type { RunControls } from '../engine/engine-session.ts';
import type { EngineSupervisor } from '../engine/engine-supervisor.ts';
import { asStudioError } from '../studio-error.ts';
import { TimeLeftEstimator } from './time-left.ts';

/** A render to queue. */
export interface QueuedRender {
  readonly renderId: RenderId;
  readonly projectId: ProjectId;
  readonly projectName: string;
  readonly createdAt: string;
  /** The hash of the pack's weights is known only once an engine has opened it. */
  readonly request: RenderRequest;
  /**
   * The request with the engine's weights; starts the engine if needed.
   *
   * @throws StudioError what opening the pack throws; CANCELLED
   */
  readonly complete: (signal: AbortSignal) => Promise<RenderRequest>;
  readonly sweep: SweepCell | null;
  readonly readAsset: RunControls['readAsset'];
}

/** How a render ended. */
export type RenderEnd =
  | { readonly state: 'done'; readonly result: EngineResultOf<'render'> }
  | { readonly state: 'failed'; readonly error: StudioError }
  | {
      readonly state: 'cancelled';
      /** Keep no record of it. */
      readonly isDiscarded: boolean;
    };

/** Stores and reports the queue's results. */
export interface QueueObserver {
  readonly onQueueChanged: (state: QueueState) => void;
  readonly onStarted: (render: QueuedRender) => void;
  readonly onProgress: (render: QueuedRender, progress: RenderProgress, timeLeftMs: number | null) => void;
  readonly onPreview: (render: QueuedRender, preview: EnginePreview) => void;
  /** Awaited before the next render starts, so that a result is stored before anything can happen to it. */
  readonly onEnded: (render: QueuedRender, end: RenderEnd) => Promise<void>;
  /** Called with renders cancelled while queued. */
  readonly onDropped: (renders: readonly QueuedRender[], isDiscarded: boolean) => Promise<void>;
  /** Another callback threw: a bug, which the queue survives. */
  readonly onFault: (error: unknown) => void;
}

/** Renders that the user asked to cancel. */
export type CancelWhat =
  | { readonly what: 'current' | 'queued' | 'all' }
  | { readonly what: 'one'; readonly renderId: RenderId; readonly discard: boolean };

export class RenderQueue {
  readonly #engine: Pick<EngineSupervisor, 'run'>;
  readonly #observer: QueueObserver;
  #waiting: QueuedRender[] = [];
  #current:
    | { readonly render: QueuedRender; readonly controller: AbortController; isDiscarded: boolean }
    | undefined;
  #working: Promise<void> | undefined;
  #lastTimingsMs: EngineResultOf<'render'>['timingsMs'] | undefined;

  constructor(engine: Pick<EngineSupervisor, 'run'>, observer: QueueObserver) {
    this.#engine = engine;
    this.#observer = observer;
  }

  get state(): QueueState {
    const entry = (state: 'queued' | 'running', render: QueuedRender): QueueState['entries'][number] => ({
      renderId: render.renderId,
      projectId: render.projectId,
      projectName: render.projectName,
      sweep: render.sweep,
      state,
    });
    return {
      entries: [
        ...(this.#current ? [entry('running', this.#current.render)] : []),
        ...this.#waiting.map((render) => entry('queued', render)),
      ],
    };
  }

  /** The queued and running renders of a project. */
  ofProject(projectId: ProjectId): readonly QueuedRender[] {
    const all = this.#current ? [this.#current.render, ...this.#waiting] : this.#waiting;
    return all.filter((render) => render.projectId === projectId);
  }

  get currentId(): RenderId | undefined {
    return this.#current?.render.renderId;
  }

  enqueue(renders: readonly QueuedRender[], atFront = false): void {
    if (atFront) this.#waiting.unshift(...renders);
    else this.#waiting.push(...renders);
    this.#changed();
    if (this.#working === undefined && this.#waiting.length > 0) {
      this.#working = this.#work().finally(() => {
        this.#working = undefined;
      });
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
        return;
      case 'queued':
        return this.#drop(() => true);
      case 'all':
        this.#current?.controller.abort();
        return this.#drop(() => true);
      case 'one': {
        const { renderId, discard } = cancel;
        const current = this.#current;
        if (current?.render.renderId === renderId) {
          current.isDiscarded = discard;
          current.controller.abort();
          return;
        }
        if (!this.#waiting.some((render) => render.renderId === renderId)) {
          throw new StudioError('RENDER_UNKNOWN', 'This render is no longer queued or running.');
        }
        return this.#drop((render) => render.renderId === renderId, discard);
      }
    }
  }

  /** Cancels a project's renders; resolves when the last of them has ended. */
  async cancelProject(projectId: ProjectId): Promise<void> {
    await this.#drop((render) => render.projectId === projectId);
    const current = this.#current;
    if (current?.render.projectId !== projectId) return;
    current.controller.abort();
    await this.#currentEnded;
  }

  /** Resolves when nothing is queued or running. */
  async settled(): Promise<void> {
    while (this.#working) await this.#working;
  }

  #currentEnded: Promise<void> = Promise.resolve();

  async #drop(isDropped: (render: QueuedRender) => boolean, isDiscarded = false): Promise<void> {
    const dropped = this.#waiting.filter(isDropped);
    if (dropped.length === 0) return;
    this.#waiting = this.#waiting.filter((render) => !isDropped(render));
    this.#changed();
    await this.#outliving(() => this.#observer.onDropped(dropped, isDiscarded));
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
