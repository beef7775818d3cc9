/** The report's tables, independent of their form: HTML, LaTeX and CSV show the same cells. */
import { SCORES, type ScoreName } from '../../contract/picture-scores.ts';
import type { Interval } from '../statistics/intervals.ts';
import { type MethodSummary, measuredScores, type ProtocolReport } from './summary.ts';

/** A cell: its text, and its interval in smaller print. */
export interface Cell {
  readonly text: string;
  readonly interval?: string;
  /** Leads its column, and by more than chance over every other row of its table. */
  readonly leads?: true;
}

export interface Table {
  readonly id: string;
  readonly title: string;
  readonly note?: string;
  readonly headings: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

const FIDELITY: readonly ScoreName[] = [
  'tclip',
  'iclip',
  'iclipMasked',
  'idino',
  'idinoMasked',
  'appearance',
  'foregroundDistance',
];
const BACKGROUND: readonly ScoreName[] = [
  'backgroundPsnr',
  'backgroundSsim',
  'backgroundDistance',
  'leakage',
  'ring',
];

/** Every table for which something was measured. */
export function tablesOf(report: ProtocolReport): readonly Table[] {
  const measured = measuredScores(report);
  const fidelity = FIDELITY.filter((name) => measured.includes(name));
  const background = BACKGROUND.filter((name) => measured.includes(name));
  const rows = report.methods.filter(({ kind }) => kind === 'row');
  const compared = report.methods.filter(({ kind, id }) => kind !== 'grid' && (kind !== 'row' || id === 'e'));
  return [
    scoreTable(report, 'methods', 'Methods compared (the paper’s table 4.1)', compared, fidelity),
    scoreTable(report, 'methods-background', 'What methods do to the background', compared, background),
    ...(rows.length > 1
      ? [
          scoreTable(report, 'ablation', 'Ablation (the paper’s table 4.3)', rows, fidelity),
          scoreTable(report, 'ablation-background', 'Ablation: the background', rows, background),
        ]
      : []),
    ...(report.totalTimes === null ? [] : [timeTable(report.totalTimes)]),
    costTable(report),
    ...(report.comparisons.length === 0 ? [] : [comparisonTable(report)]),
  ].filter(({ rows: found, headings }) => found.length > 0 && headings.length > 1);
}

function scoreTable(
  report: ProtocolReport,
  id: string,
  title: string,
  methods: readonly MethodSummary[],
  scores: readonly ScoreName[],
): Table {
  return {
    id,
    title,
    note: 'Means and their 95 % intervals over sets. Bold: better than every other row by more than chance.',
    headings: ['Method', ...scores.map((score) => `${SCORES[score].title} ${arrow(score)}`), 'pictures'],
    rows: methods.map((method) => [
      { text: method.title },
      ...scores.map((score): Cell => {
        const cell = scoreCell(method.scores[score], SCORES[score].digits);
        return isLeader(report, method, score, methods) ? { ...cell, leads: true } : cell;
      }),
      { text: String(method.pictures) },
    ]),
  };
}

function arrow(score: ScoreName): string {
  return SCORES[score].better === 'higher' ? '↑' : '↓';
}

/** A mean with its interval. */
export function scoreCell(interval: Interval | null, digits: number): Cell {
  if (interval === null) return { text: '–' };
  const { mean, low, high } = interval;
  if (low === null || high === null) return { text: mean.toFixed(digits) };
  return { text: mean.toFixed(digits), interval: `${low.toFixed(digits)} to ${high.toFixed(digits)}` };
}

/** Only the reference is compared with all others, so only it can lead. */
function isLeader(
  { reference, comparisons }: ProtocolReport,
  { id }: MethodSummary,
  score: ScoreName,
  methods: readonly MethodSummary[],
): boolean {
  if (id !== reference) return false;
  const others = methods.filter((other) => other.id !== id && other.scores[score] !== null);
  return (
    others.length > 0 &&
    others.every(({ id: other }) =>
      comparisons.some(
        (comparison) =>
          comparison.other === other && comparison.score === score && comparison.better === 'method',
      ),
    )
  );
}

function costTable({ methods }: ProtocolReport): Table {
  return {
    id: 'cost',
    title: 'Seconds and U-Net rows per picture',
    note: 'As they came, with inversions that methods share; the option --only total-time measures single pictures.',
    headings: ['Method', 'seconds', 'U-Net rows'],
    rows: methods
      .filter(({ kind, seconds }) => kind !== 'grid' && seconds !== null)
      .map(({ title, seconds, unetRows }) => [
        { text: title },
        scoreCell(seconds, 2),
        scoreCell(unetRows, 0),
      ]),
  };
}

function timeTable({ rows, steps, width, height }: NonNullable<ProtocolReport['totalTimes']>): Table {
  const seconds = (value: number): Cell => ({ text: value.toFixed(1) });
  return {
    id: 'total-time',
    title: 'Total time (the paper’s table 4.2), in seconds',
    note: `${width} × ${height}, ${steps} steps, models loaded, nothing cached; no training. Re-tune: another beta.`,
    headings: ['Concepts', 'first', 'of it inversion', 'of it blending', 're-tune'],
    rows: rows.map(({ concepts, first, retune }) => [
      { text: String(concepts) },
      seconds(first.seconds),
      seconds(first.secondsByStage.invert),
      seconds(first.secondsByStage.blend),
      seconds(retune.seconds),
    ]),
  };
}

function comparisonTable({ comparisons, methods, reference }: ProtocolReport): Table {
  const titleOf = (id: string) => methods.find((method) => method.id === id)?.title ?? id;
  const words = { method: 'better', other: 'worse', undecided: 'undecided' } as const;
  return {
    id: 'comparisons',
    title: `${titleOf(reference ?? '')} against each other method, picture by picture`,
    note: 'Mean difference and its 95 % interval; p of a sign-flip test over sets. Undecided whenever the interval contains zero or p is 0.05 or more.',
    headings: ['Against', 'Score', 'difference', 'p', 'It is'],
    rows: comparisons.map(({ other, score, difference, pValue, better }) => [
      { text: titleOf(other) },
      { text: SCORES[score].title },
      scoreCell(difference, SCORES[score].digits),
      { text: pValue === null ? '–' : pValue < 0.001 ? '< 0.001' : pValue.toFixed(3) },
      { text: words[better] },
    ]),
  };
}

/** The paper's figures as tables of their own: other encoders and pictures, so never in a row with ours. */
export function paperTables({ paper }: ProtocolReport): readonly Table[] {
  const figures = ({ tclip, iclip, idino }: { tclip: number; iclip: number; idino: number }): Cell[] =>
    [tclip, iclip, idino].map((value) => ({ text: value.toFixed(4) }));
  const headings = ['Method', 'TCLIP ↑', 'ICLIP ↑', 'IDINO ↑'];
  return [
    {
      id: 'paper-methods',
      title: 'Quoted: the paper’s table 4.1',
      headings,
      rows: [
        ...Object.entries(paper.comparison).map(([name, row]) => [{ text: name }, ...figures(row)]),
        [{ text: 'PnP-MIX' }, ...figures(paper.ablation.e)],
      ],
    },
    {
      id: 'paper-ablation',
      title: 'Quoted: the paper’s table 4.3',
      headings,
      rows: Object.entries(paper.ablation).map(([row, values]) => [{ text: `(${row})` }, ...figures(values)]),
    },
    {
      id: 'paper-time',
      title: 'Quoted: the paper’s table 4.2, NVIDIA A40, seconds',
      headings: ['Method', 'additional training', 'inference', 'total'],
      rows: Object.entries(paper.totalTime).map(([name, { training, inference, total }]) =>
        [name, String(training), String(inference), String(total)].map((text) => ({ text })),
      ),
    },
  ];
}
