/** How renders differ from the ones before them. */
import { StudioError } from '../../contract/errors.ts';
import { isDraft, type RenderChange, type RenderId } from '../../contract/render-record.ts';
import type { ProjectFile } from '../../projects/project-file.ts';
import { requestDifference } from './request-difference.ts';

/** Whether a project holds a render. */
export function hasRender(file: Pick<ProjectFile, 'foundRender'>, renderId: RenderId): boolean {
  return renderIn(file, renderId) !== undefined;
}

function renderIn(
  file: Pick<ProjectFile, 'foundRender'>,
  renderId: RenderId,
): ReturnType<ProjectFile['foundRender']> | undefined {
  try {
    return file.foundRender(renderId);
  } catch (error) {
    if (error instanceof StudioError && error.code === 'RENDER_UNKNOWN') return undefined;
    throw error;
  }
}

/** How far back the one before is looked for: failed, cancelled and draft renders do not count. */
const LOOK_BACK = 50;

/**
 * @param renderIds those that the project does not hold, and damaged ones, are left out
 * @throws StudioError PROJECT_INVALID
 */
export function changesOf(file: ProjectFile, renderIds: readonly RenderId[]): RenderChange[] {
  return renderIds.flatMap((renderId): RenderChange[] => {
    const render = renderIn(file, renderId);
    if (!render || render.request === null) return [];
    const { request, sequence } = render;
    const since = file
      .renders({ before: sequence, limit: LOOK_BACK })
      .find((earlier) => earlier.failure === null && !isDraft(earlier));
    const before = since && file.foundRender(since.id).request;
    return [
      {
        renderId,
        since: before ? since.id : null,
        differences: before ? requestDifference(before, request) : [],
      },
    ];
  });
}
