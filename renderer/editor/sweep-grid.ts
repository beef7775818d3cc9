/** The renders of a sweep as a grid: columns by the values of x, rows by those of y. */
import { type RenderSummary, sweepCellOf } from '../../electron/contract/render-record.ts';
import type { SweepAxis } from '../../electron/contract/sweep.ts';

export interface SweepGrid {
  /** Values ascending. */
  readonly x: SweepAxis;
  readonly y: SweepAxis;
  readonly cellAt: (x: number, y: number) => RenderSummary | undefined;
  /** Number of cells, including empty ones. */
  readonly total: number;
  /** Number of cells with a picture. */
  readonly done: number;
  /** Number of queued or running cells. */
  readonly underWay: number;
  /** Why a render failed; null if none did. */
  readonly failure: RenderSummary['error'];
}

/** @param renders of one sweep @returns undefined without any */
export function sweepGrid(renders: readonly RenderSummary[]): SweepGrid | undefined {
  const cells = renders.flatMap((render) => {
    const cell = sweepCellOf(render);
    return cell ? [{ ...cell, render }] : [];
  });
  const [first] = cells;
  if (first === undefined) return undefined;
  const sorted = (values: number[]) => [...new Set(values)].sort((a, b) => a - b);
  const x = { parameter: first.x.parameter, values: sorted(cells.map((cell) => cell.x.value)) };
  const y = { parameter: first.y.parameter, values: sorted(cells.map((cell) => cell.y.value)) };
  return {
    x,
    y,
    cellAt: (column, row) => cells.find((cell) => cell.x.value === column && cell.y.value === row)?.render,
    total: x.values.length * y.values.length,
    done: renders.filter(({ result }) => result !== null).length,
    underWay: renders.filter(({ state }) => state === 'queued' || state === 'running').length,
    failure: renders.findLast(({ state }) => state === 'failed')?.error ?? null,
  };
}

/** Keeps only a sweep's renders. */
export interface SweepRenders {
  readonly sweepId: string;
  readonly renders: RenderSummary[];
}

/** The sweep with a changed render; the same sweep if the render belongs to another. */
export function withRender(sweep: SweepRenders | null, render: RenderSummary): SweepRenders | null {
  if (sweep === null || sweepCellOf(render)?.sweepId !== sweep.sweepId) return sweep;
  const others = sweep.renders.filter(({ renderId }) => renderId !== render.renderId);
  return { ...sweep, renders: render.isDeleted ? others : [...others, render] };
}
