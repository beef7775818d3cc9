/** What renders a protocol's pictures: the engine of this process, or machines elsewhere with the same model. */
import type { DeviceReport } from '../../contract/progress.ts';
import type { AssetId, RenderRequest } from '../../contract/render-request.ts';
import type { Engine, RenderOutcome } from '../../inference/engine/engine.ts';
import type { PictureFile } from '../../inference/images/images.ts';

export type RenderedPicture = Pick<RenderOutcome, 'image' | 'totalMs' | 'unetRows' | 'notices'>;

export interface PictureRenderer {
  /** Part of what a stored picture depends on: other devices round differently. */
  readonly device: DeviceReport;
  /** How many pictures are in work at once, at least 1. */
  readonly atOnce: number;
  /** @throws StudioError what {@link Engine.render} throws */
  readonly render: (
    request: RenderRequest,
    readAsset: (id: AssetId) => Promise<PictureFile>,
    signal: AbortSignal,
  ) => Promise<RenderedPicture>;
}

/** Renders one picture after the other. */
export function rendererOf(engine: Engine): PictureRenderer {
  return {
    device: engine.device,
    atOnce: 1,
    render: (request, readAsset, signal) => engine.render(request, readAsset, { signal }),
  };
}
