/** The renders of a sweep as a grid by beta and alpha. */
import { type RenderSummary, sweepCellOf } from '../../electron/contract/render-record.ts';

export interface SweepGrid {
  /** Ascending. */
  readonly alphas: readonly number[];
  /** Ascending. */
  readonly betas: readonly number[];
  readonly cellAt: (alpha: number, beta: number) => RenderSummary | undefined;
  /** Number of cells, including empty ones. */
  readonly total: number;
  /** Number of cells with a picture. */
  readonly done: number;
  /** Number of queued or running cells. */
  readonly underWay: number;
}

/** @param renders of one sweep */
export function sweepGrid(renders: readonly RenderSummary[]): SweepGrid {
  const cells = renders.flatMap((render) => {
    const cell = sweepCellOf(render);
    return cell ? [{ ...cell, render }] : [];
  });
  const sorted = (values: number[]) => [...new Set(values)].sort((a, b) => a - b);
  const alphas = sorted(cells.map(({ alpha }) => alpha));
  const betas = sorted(cells.map(({ beta }) => beta));
  return {
    alphas,
    betas,
    cellAt: (alpha, beta) => cells.find((cell) => cell.alpha === alpha && cell.beta === beta)?.render,
    total: alphas.length * betas.length,
    done: renders.filter(({ result }) => result !== null).length,
    underWay: renders.filter(({ state }) => state === 'queued' || state === 'running').length,
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
