/** The renders of a sweep: their requests, in order, and the sheet's rows of their pictures. */
import type { RequestOverrides } from '../app/scenes/scene-request.ts';
import type { EngineResultOf } from '../contract/engine-messages.ts';
import type { RenderRequest } from '../contract/render-request.ts';
import { decodePixels } from '../foundation/pictures/picture-operations.ts';
import { type SheetRow, type SheetTile, tileSize, within } from './contact-sheet.ts';
import { type SweepAxis, withSwept } from './sweep.ts';

/** One picture of a sheet. */
export interface SweepCell {
  readonly request: RenderRequest;
  readonly row: number;
  /** undefined for a sweep over one parameter. */
  readonly rowLabel: string | undefined;
  readonly caption: string;
}

/** Every combination, row by row. All requests are built, and so checked, before the first render. */
export function planSweep(
  axes: readonly SweepAxis[],
  overrides: RequestOverrides,
  requestOf: (settings: RequestOverrides) => RenderRequest,
): SweepCell[] {
  const [down, across] = axes.length === 2 ? axes : [undefined, axes[0]];
  return (down?.values ?? [undefined]).flatMap((rowValue, row) =>
    across!.values.map((value) => {
      const swept = withSwept(overrides, across!, value);
      const settings = down && rowValue !== undefined ? withSwept(swept, down, rowValue) : swept;
      return {
        request: requestOf(settings),
        row,
        rowLabel: down && `${down.option} ${rowValue}`,
        caption: `${across!.option} ${value}`,
      };
    }),
  );
}

/**
 * Renders all cells; they share the inversions that the parameter does not affect.
 *
 * @param atOnce how many are rendered, or queued on a farm, at the same time
 * @param render throws to end the sweep: the other renders are cancelled
 * @returns results in the order of the cells
 */
export async function renderAll(
  cells: readonly SweepCell[],
  atOnce: number,
  signal: AbortSignal,
  render: (request: RenderRequest, label: string, signal: AbortSignal) => Promise<EngineResultOf<'render'>>,
): Promise<EngineResultOf<'render'>[]> {
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const outcomes = new Array<EngineResultOf<'render'>>(cells.length);
  let firstError: { readonly error: unknown } | undefined;
  const waiting = cells.entries();
  const work = async () => {
    for (const [index, { request }] of waiting) {
      if (firstError !== undefined) return;
      try {
        outcomes[index] = await render(request, `${index + 1}/${cells.length} `, either);
      } catch (error) {
        firstError ??= { error };
        failed.abort();
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, cells.length) }, work));
  if (firstError !== undefined) throw firstError.error;
  return outcomes;
}

/**
 * The rows of the sheet: captions above the first, labels next to each. Pictures are decoded one after another, at the
 * size of their tiles: together and at full size, those of large backgrounds would need gigabytes.
 */
export async function drawnRows(
  cells: readonly Omit<SweepCell, 'request'>[],
  outcomes: readonly Pick<EngineResultOf<'render'>, 'png' | 'width' | 'height'>[],
): Promise<SheetRow[]> {
  const room = tileSize(outcomes[0]!);
  const tiles: { row: number; rowLabel: string | undefined; tile: SheetTile }[] = [];
  for (const [index, { row, rowLabel, caption }] of cells.entries()) {
    const outcome = outcomes[index]!;
    const image = await decodePixels(outcome.png, 'The result', 'picture', within(outcome, room));
    tiles.push({ row, rowLabel, tile: { image, ...(row === 0 && { caption }) } });
  }
  return [...Map.groupBy(tiles, ({ row }) => row).values()].map((ofRow) => {
    const label = ofRow[0]!.rowLabel;
    return { tiles: ofRow.map(({ tile }) => tile), ...(label !== undefined && { label }) };
  });
}
