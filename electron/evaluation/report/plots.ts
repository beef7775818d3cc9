/** The report's plots as SVG text, by Observable Plot on a document without a browser. */
import { SCORES, type ScoreName } from '../../contract/picture-scores.ts';
import { ACCENT, INK, openPlotCanvas, type PlotCanvas } from './plot-canvas.ts';
import { type MethodSummary, measuredScores, type ProtocolReport } from './summary.ts';

const WIDTH_PX = 520;
/** A plot with its caption. */
export interface Figure {
  readonly id: string;
  readonly caption: string;
  readonly svg: string;
}

/** Every plot for which something was measured. */
export async function figuresOf(report: ProtocolReport): Promise<readonly Figure[]> {
  const canvas = await openPlotCanvas();
  const methods = report.methods.filter(({ kind }) => kind !== 'grid');
  const figures = measuredScores(report)
    .filter((score) => methods.some(({ scores }) => scores[score] !== null))
    .map((score) => scorePlot(canvas, score, methods));
  const cells = report.methods.filter(({ cell }) => cell !== null);
  const sweeps = SWEPT.filter((score) => cells.some(({ scores }) => scores[score] !== null));
  return [
    ...figures,
    ...sweeps.map((score) => sweepPlot(canvas, score, cells)),
    ...(report.totalTimes === null ? [] : [timePlot(canvas, report.totalTimes)]),
  ];
}

/** What the sweep is shown by: fidelity, and the two ways in which too much of it shows. */
const SWEPT: readonly ScoreName[] = ['iclip', 'idino', 'appearance', 'leakage', 'ring'];

function scorePlot(
  { plot, document }: PlotCanvas,
  score: ScoreName,
  methods: readonly MethodSummary[],
): Figure {
  const { title, better } = SCORES[score];
  const rows = methods.flatMap((summary) => {
    const interval = summary.scores[score];
    return interval === null ? [] : [{ method: labelOf(summary), kind: summary.kind, ...interval }];
  });
  const bounded = rows.filter(({ low }) => low !== null);
  const svg = plot.plot({
    document,
    width: WIDTH_PX,
    marginLeft: 190,
    marginBottom: 40,
    height: 60 + 22 * rows.length,
    style: { color: INK, fontSize: '11px' },
    x: { label: `${title} (${better} is better)`, grid: true, nice: true },
    y: { label: null, domain: rows.map(({ method }) => method) },
    marks: [
      plot.ruleY(bounded, { y: 'method', x1: 'low', x2: 'high', stroke: INK, strokeWidth: 1.5 }),
      plot.dot(rows, {
        y: 'method',
        x: 'mean',
        r: 4,
        fill: ({ kind }: { kind: string }) => (kind === 'row' || kind === 'recommended' ? ACCENT : INK),
      }),
    ],
  });
  return {
    id: `plot-${score}`,
    caption: `${title}: means and 95 % intervals over sets. Blue: PnP-MIX and its ablation.`,
    svg: svg.outerHTML,
  };
}

/** Titles of the ablation's rows are sentences; a plot has room for their letters. */
function labelOf({ id, title, kind }: MethodSummary): string {
  if (kind === 'row') return `PnP-MIX (${id})`;
  return kind === 'recommended' ? 'PnP-MIX, recommended' : title;
}

function sweepPlot(
  { plot, document }: PlotCanvas,
  score: ScoreName,
  cells: readonly MethodSummary[],
): Figure {
  const rows = cells.flatMap(({ cell, scores }) => {
    const interval = scores[score];
    return interval === null ? [] : [{ alpha: cell!.alpha, beta: `β ${cell!.beta}`, ...interval }];
  });
  const bounded = rows.filter(({ low }) => low !== null);
  const svg = plot.plot({
    document,
    width: WIDTH_PX,
    height: 260,
    marginBottom: 40,
    marginLeft: 56,
    style: { color: INK, fontSize: '11px' },
    color: { legend: false, scheme: 'viridis', type: 'ordinal' },
    x: { label: 'α', nice: true },
    y: { label: SCORES[score].title, grid: true, nice: true },
    marks: [
      plot.ruleX(bounded, { x: 'alpha', y1: 'low', y2: 'high', stroke: 'beta', strokeOpacity: 0.35 }),
      plot.lineY(rows, { x: 'alpha', y: 'mean', stroke: 'beta', strokeWidth: 2 }),
      plot.dot(rows, { x: 'alpha', y: 'mean', fill: 'beta', r: 3 }),
      plot.text(
        rows,
        plot.selectLast({ x: 'alpha', y: 'mean', z: 'beta', text: 'beta', textAnchor: 'start', dx: 6 }),
      ),
    ],
    marginRight: 60,
  });
  return {
    id: `sweep-${score}`,
    caption: `${SCORES[score].title} by α and β (the paper’s figure 4.5), with 95 % intervals.`,
    svg: svg.outerHTML,
  };
}

function timePlot(
  { plot, document }: PlotCanvas,
  { rows }: NonNullable<ProtocolReport['totalTimes']>,
): Figure {
  const points = rows.flatMap(({ concepts, first, retune }) => [
    { concepts, seconds: first.seconds, what: 'first' },
    { concepts, seconds: retune.seconds, what: 're-tune' },
  ]);
  const svg = plot.plot({
    document,
    width: WIDTH_PX,
    height: 220,
    marginRight: 60,
    style: { color: INK, fontSize: '11px' },
    x: { label: 'concepts', ticks: rows.map(({ concepts }) => concepts), tickFormat: 'd' },
    y: { label: 'seconds', grid: true, zero: true },
    marks: [
      plot.lineY(points, { x: 'concepts', y: 'seconds', z: 'what', stroke: ACCENT, strokeWidth: 2 }),
      plot.dot(points, { x: 'concepts', y: 'seconds', fill: ACCENT, r: 3 }),
      plot.text(
        points,
        plot.selectLast({ x: 'concepts', y: 'seconds', z: 'what', text: 'what', textAnchor: 'start', dx: 6 }),
      ),
    ],
  });
  return { id: 'total-time', caption: 'Seconds per picture by number of concepts.', svg: svg.outerHTML };
}
