/** What a worker renders with: the supervisor of an engine process, as far as a farm knows it. */
import type {
  AssetFile,
  EnginePreview,
  EngineProgress,
  EngineResultOf,
  EngineTask,
} from '../contract/engine-messages.ts';
import type { AssetId } from '../contract/render-request.ts';

export interface RenderControls {
  readonly signal: AbortSignal;
  /** Returns a picture or mask of the request; null for a missing one. */
  readonly readAsset: (asset: AssetId) => Promise<AssetFile | null>;
  readonly onProgress?: (progress: EngineProgress) => void;
  readonly onPreview?: (preview: EnginePreview) => void;
}

export interface RenderEngine {
  readonly run: (
    task: Extract<EngineTask, { kind: 'render' }>,
    controls: RenderControls,
  ) => Promise<EngineResultOf<'render'>>;
}
