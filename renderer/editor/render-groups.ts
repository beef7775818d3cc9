/** Renders that were asked for together, as groups of the filmstrip. */
import { type RenderSummary, variationOf } from '../../electron/contract/render-record.ts';

export interface RenderGroupFrames {
  /** Id of the variations, or of the only render. */
  readonly key: string;
  readonly isGroup: boolean;
  /** Variations by their place in the list from the other end: the first seed first. */
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
 * Gathers variations where the newest of them is; everything else stays by itself. What is left of a group after all
 * but one of it were deleted is no group.
 *
 * @param renders the newest first
 */
export function groupRenders(renders: readonly RenderSummary[]): readonly RenderGroupFrames[] {
  const members = new Map<string, RenderSummary[]>();
  const keyOf = (render: RenderSummary) => variationOf(render)?.variationsId ?? render.renderId;
  for (const render of renders) {
    const group = members.get(keyOf(render));
    if (group) group.unshift(render);
    else members.set(keyOf(render), [render]);
  }
  return [...members].map(([key, group]) => ({ key, isGroup: group.length > 1, renders: group }));
}
