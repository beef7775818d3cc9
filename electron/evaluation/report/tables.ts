/** The report's tables, independent of their form: HTML, LaTeX and CSV show the same cells. */
import { CONCEPT_SCORE_NAMES, SCORES, type ScoreName } from '../../contract/picture-scores.ts';
import type { Interval } from '../statistics/intervals.ts';
import { TIME_HEADINGS, timeRows } from '../total-time.ts';
import { type MethodSummary, measuredScores, type ProtocolReport, shortTitle } from './summary.ts';

/** A cell: its text, and its interval in smaller print. */
export interface Cell {
  readonly text: string;
  readonly interval?: string;
  /** A p-value, in smaller print. */
  readonly pValue?: string;
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

const FIDELITY: readonly ScoreName[] = ['tclip', ...CONCEPT_SCORE_NAMES];
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
  const compared = report.methods
    .filter(({ kind, id }) => kind !== 'grid' && (kind !== 'row' || id === 'e'))
    .map((method) => ({ ...method, title: shortTitle(method) }));
  return [
    scoreTable(report, 'methods', 'Methods compared (the paper’s table 4.1)', compared, fidelity),
    scoreTable(report, 'methods-background', 'What methods do to the background', compared, background),
    ...(rows.length > 1
      ? [
          scoreTable(report, 'ablation', 'Ablation (the paper’s table 4.3)', rows, fidelity),
          scoreTable(report, 'ablation-background', 'Ablation: the background', rows, background),
        ]
      : []),
    comparisonTable(report, 'comparisons', '', fidelity),
    comparisonTable(report, 'comparisons-background', ': the background', background),
    ...(report.totalTimes === null ? [] : [timeTable(report.totalTimes, report.device.name)]),
    costTable(report),
  ].filter(({ rows: found, headings }) => found.length > 0 && headings.length > 1);
}

function scoreTable(
  report: ProtocolReport,
  id: string,
  title: string,
  methods: readonly MethodSummary[],
  scores: readonly ScoreName[],
): Table {
  const rows = methods.map((method) => [
    { text: method.title },
    ...scores.map((score): Cell => {
      const cell = scoreCell(method.scores[score], SCORES[score].digits);
      return isLeader(report, method, score, methods) ? { ...cell, leads: true } : cell;
    }),
    { text: String(method.pictures) },
  ]);
  const isLed = rows.some((cells) => cells.some((cell) => 'leads' in cell));
  const note = 'Means and their 95 % intervals over sets.';
  return {
    id,
    title,
    note: isLed ? `${note} Bold: better than every other row by more than chance.` : note,
    headings: ['Method', ...scores.map(headingOf), 'pictures'],
    rows,
  };
}

/** Unbreakable, so that an arrow stays with its word; tables of the background say so in their title. */
function headingOf(score: ScoreName): string {
  const { title, better } = SCORES[score];
  return `${title.replace('background ', '').replace(' (', '\u00a0(')}\u00a0${better === 'higher' ? '↑' : '↓'}`;
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
    note: 'As they came: the first method of a picture makes the inversions that the others share. The option --only total-time measures single pictures.',
    headings: ['Method', 'seconds', 'U-Net rows'],
    rows: methods
      .filter(({ kind, seconds }) => kind !== 'grid' && seconds !== null)
      .map((method) => [
        { text: shortTitle(method) },
        scoreCell(method.seconds, 2),
        scoreCell(method.unetRows, 0),
      ]),
  };
}

function timeTable(
  { rows, steps, width, height }: NonNullable<ProtocolReport['totalTimes']>,
  device: string,
): Table {
  const [, ...headings] = TIME_HEADINGS;
  return {
    id: 'total-time',
    title: 'Total time (the paper’s table 4.2), in seconds',
    note:
      `${device}, ${width} × ${height}, ${steps} steps, models loaded. First: nothing cached, no training. ` +
      'Re-tune: the same scene with another β.',
    headings: ['Concepts', ...headings],
    rows: timeRows(rows).map((cells) => cells.map((text) => ({ text }))),
  };
}

/** The reference method's mean differences to each other method. */
function comparisonTable(
  { comparisons, methods, reference }: ProtocolReport,
  id: string,
  part: string,
  scores: readonly ScoreName[],
): Table {
  const own = methods.find((method) => method.id === reference);
  const others = methods.filter((method) => comparisons.some(({ other }) => other === method.id));
  const cellOf = (other: MethodSummary, score: ScoreName): Cell => {
    const found = comparisons.find((one) => one.other === other.id && one.score === score);
    if (found === undefined) return { text: '–' };
    const { difference, pValue, better } = found;
    const { text, interval } = scoreCell(difference, SCORES[score].digits);
    const verdict = { method: ' better', other: ' worse', undecided: '' }[better];
    return {
      text: `${difference.mean > 0 ? '+' : ''}${text}${verdict}`,
      ...(interval !== undefined && { interval }),
      ...(pValue !== null && { pValue: pValue < 0.001 ? 'p < 0.001' : `p ${pValue.toFixed(3)}` }),
    };
  };
  return {
    id,
    title: `${own === undefined ? '' : shortTitle(own)} against each other method, picture by picture${part}`,
    note:
      'Mean difference and its 95 % interval; p of a sign-flip permutation test over sets. Without a word it is undecided: ' +
      'the interval contains zero, or p is 0.05 or more.',
    headings: ['Against', ...scores.map(headingOf)],
    rows: others.map((other) => [
      { text: shortTitle(other) },
      ...scores.map((score) => cellOf(other, score)),
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
