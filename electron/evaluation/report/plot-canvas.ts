/** Observable Plot on a document without a browser. */

type Plot = typeof import('@observablehq/plot');

export interface PlotCanvas {
  readonly plot: Plot;
  /** Of linkedom; Plot only creates elements with it. */
  readonly document: NonNullable<Parameters<Plot['plot']>[0]>['document'] & object;
}

export const INK = '#1b1f24';
export const ACCENT = '#1f5fbf';

/** Loaded only when something is plotted: all of d3 comes with it. */
export async function openPlotCanvas(): Promise<PlotCanvas> {
  const [plot, { parseHTML }] = await Promise.all([import('@observablehq/plot'), import('linkedom')]);
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  return { plot, document: document as unknown as PlotCanvas['document'] };
}
