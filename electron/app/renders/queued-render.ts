/** A requested render, its outcome, and the listeners of the queue. */
import type { EnginePreview, EngineResultOf } from '../../contract/engine-messages.ts';
import type { StudioError } from '../../contract/errors.ts';
import type { RenderProgress } from '../../contract/progress.ts';
import type { ProjectId } from '../../contract/project-state.ts';
import type { QueueState, RenderGroup, RenderId } from '../../contract/render-record.ts';
import type { RenderRequest } from '../../contract/render-request.ts';
import type { EngineModel, RunControls } from '../engine/engine-session.ts';

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
   * @throws StudioError what opening the pack throws; MODEL_MISSING; CANCELLED
   */
  readonly complete: (signal: AbortSignal) => Promise<RenderRequest>;
  /** What renders it on this computer, once it is complete. */
  readonly model?: EngineModel | undefined;
  readonly sweep: RenderGroup | null;
  /** Name of the farm that renders it; null: this computer. */
  readonly farm: string | null;
  /** It may be on the farm already: wait for a farm that cannot be reached, do not fail. */
  readonly isResumed: boolean;
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
