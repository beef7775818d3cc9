/** The report's plots as SVG text, by Observable Plot on a document without a browser. */
import { SCORES, type ScoreName } from '../../contract/picture-scores.ts';
import { ACCENT, INK, openPlotCanvas, type PlotCanvas } from './plot-canvas.ts';
import { type MethodSummary, measuredScores, type ProtocolReport, shortTitle } from './summary.ts';

const WIDTH_PX = 480;
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

/** The baseline that changes nothing. */
const UNCHANGED = 'baseline-background';
const OUTSIDE: readonly ScoreName[] = [
  'backgroundPsnr',
  'backgroundSsim',
  'backgroundDistance',
  'leakage',
  'ring',
];

function scorePlot(
  { plot, document }: PlotCanvas,
  score: ScoreName,
  methods: readonly MethodSummary[],
): Figure {
  const { title, better } = SCORES[score];
  const rows = methods.flatMap((summary) => {
    const interval = summary.scores[score];
    // By definition it is perfect outside the masks, and would flatten the scale of all others.
    const isTrivial = summary.id === UNCHANGED && OUTSIDE.includes(score);
    return interval === null || isTrivial
      ? []
      : [{ method: shortTitle(summary), kind: summary.kind, ...interval }];
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
  const isOmitted = OUTSIDE.includes(score) && methods.some(({ id }) => id === UNCHANGED);
  return {
    id: `plot-${score}`,
    caption:
      `${title}: means and 95 % intervals over sets. Blue: PnP-MIX and its ablation.` +
      (isOmitted ? ' Without the unchanged background, which is perfect by definition.' : ''),
    svg: svg.outerHTML,
  };
}

/** Told apart by people who see few colours too (Okabe and Ito); repeated when there are more lines. */
const LINE_COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9'];

function sweepPlot(
  { plot, document }: PlotCanvas,
  score: ScoreName,
  cells: readonly MethodSummary[],
): Figure {
  const betas = [...new Set(cells.map(({ cell }) => cell!.beta))];
  const alphas = cells.map(({ cell }) => cell!.alpha);
  const width = Math.max(...alphas) - Math.min(...alphas);
  const rows = cells.flatMap(({ cell, scores }) => {
    const interval = scores[score];
    if (interval === null) return [];
    // Side by side, so that no interval hides another.
    const offset = (betas.indexOf(cell!.beta) - (betas.length - 1) / 2) * 0.012 * width;
    return [{ alpha: cell!.alpha + offset, beta: `β ${cell!.beta}`, ...interval }];
  });
  const bounded = rows.filter(({ low }) => low !== null);
  const last = Math.max(...alphas) - width / 20;
  const svg = plot.plot({
    document,
    width: WIDTH_PX,
    height: 260,
    marginBottom: 40,
    marginLeft: 56,
    style: { color: INK, fontSize: '11px' },
    color: {
      type: 'ordinal',
      domain: betas.map((beta) => `β ${beta}`),
      range: betas.map((_, index) => LINE_COLOURS[index % LINE_COLOURS.length]!),
    },
    x: { label: 'α', nice: true },
    y: { label: `${SCORES[score].title} (${SCORES[score].better} is better)`, grid: true, nice: true },
    marks: [
      plot.ruleX(bounded, { x: 'alpha', y1: 'low', y2: 'high', stroke: 'beta', strokeOpacity: 0.5 }),
      plot.lineY(rows, { x: 'alpha', y: 'mean', stroke: 'beta', strokeWidth: 2 }),
      plot.dot(rows, { x: 'alpha', y: 'mean', fill: 'beta', r: 3 }),
      plot.text(apart(rows.filter(({ alpha }) => alpha > last)), {
        x: Math.max(...rows.map(({ alpha }) => alpha)),
        y: 'at',
        text: 'beta',
        fill: 'beta',
        textAnchor: 'start',
        dx: 8,
      }),
    ],
    marginRight: 60,
  });
  return {
    id: `sweep-${score}`,
    caption: `${SCORES[score].title} by α and β (the paper’s figure 4.5): means and 95 % intervals over sets.`,
    svg: svg.outerHTML,
  };

  /** Labels at the ends of their lines, moved apart by at least a line of text. */
  function apart(ends: typeof rows) {
    const heights = rows.flatMap(({ mean, low, high }) => [mean, low ?? mean, high ?? mean]);
    const line = (Math.max(...heights) - Math.min(...heights)) / 15;
    let at = Number.NEGATIVE_INFINITY;
    return ends
      .toSorted((a, b) => a.mean - b.mean)
      .map((end) => {
        at = Math.max(end.mean, at + line);
        return { ...end, at };
      });
  }
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
  return { id: 'plot-total-time', caption: 'Seconds per picture by number of concepts.', svg: svg.outerHTML };
}
