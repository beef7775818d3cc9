/** Renders that were asked for together, as groups of the filmstrip. */
import {
  isDraft,
  type RenderSummary,
  sweepCellOf,
  variationOf,
} from '../../electron/contract/render-record.ts';

export interface RenderGroupFrames {
  /** Id of the variations or of the sweep, or of the only render. */
  readonly key: string;
  readonly kind: 'single' | 'variations' | 'sweep';
  /** Members of a group by their place in the list from the other end: the first one asked for first. */
  readonly renders: readonly RenderSummary[];
}

/** The variations that a render was asked for together with, itself included; alone if there are none. */
export function groupOf(renders: readonly RenderSummary[], render: RenderSummary): readonly RenderSummary[] {
  const group = groupRenders(renders).find(({ renders: members }) =>
    members.some(({ renderId }) => renderId === render.renderId),
  );
  return group?.renders ?? [render];
}

/**
 * Gathers variations, and the cells of a sweep, where the newest of them is; everything else stays by itself. What is
 * left of variations after all but one of them were deleted is no group.
 *
 * @param renders the newest first
 */
export function groupRenders(renders: readonly RenderSummary[]): readonly RenderGroupFrames[] {
  const members = new Map<string, RenderSummary[]>();
  for (const render of renders) {
    const key = sweepCellOf(render)?.sweepId ?? variationOf(render)?.variationsId ?? render.renderId;
    const group = members.get(key);
    if (group) group.unshift(render);
    else members.set(key, [render]);
  }
  return [...members].map(([key, group]) => ({ key, kind: kindOf(group), renders: group }));
}

function kindOf(group: readonly RenderSummary[]): RenderGroupFrames['kind'] {
  if (sweepCellOf(group[0]!) !== null) return 'sweep';
  return group.length > 1 ? 'variations' : 'single';
}

/**
 * The renders of the filmstrip: all but the drafts that the user has done nothing with.
 *
 * @param shownId the viewed render, which is always there
 */
export function withoutDrafts(
  renders: readonly RenderSummary[],
  shownId: string | null,
): readonly RenderSummary[] {
  return renders.filter(
    (render) => !isDraft(render) || render.isStarred || render.name !== null || render.renderId === shownId,
  );
}
