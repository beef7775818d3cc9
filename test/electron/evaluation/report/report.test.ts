/** The report: what leads, what is only shown, and that texts are escaped. */
import { describe, expect, test } from 'vitest';
import { SCORE_NAMES } from '../../../../electron/contract/picture-scores.ts';
import type { Method } from '../../../../electron/evaluation/protocol/methods.ts';
import type {
  PictureRecord,
  ProtocolOutcome,
} from '../../../../electron/evaluation/protocol/run-protocol.ts';
import { csvOf, latexOf } from '../../../../electron/evaluation/report/exports.ts';
import { figuresOf } from '../../../../electron/evaluation/report/plots.ts';
import { type ReportFacts, summariseProtocol } from '../../../../electron/evaluation/report/summary.ts';
import { paperTables, tablesOf } from '../../../../electron/evaluation/report/tables.ts';

const facts: ReportFacts = {
  name: 'Test & <co>',
  description: '',
  pack: { id: 'tiny', version: '1', weights: '0'.repeat(64) } as ReportFacts['pack'],
  device: { device: 'cpu', name: 'processor', passedOver: [] },
  instruments: [],
  totalTimes: null,
  seconds: 1,
};
const none = Object.fromEntries(SCORE_NAMES.map((name) => [name, null])) as PictureRecord['scores'];
const row = (id: string, title = id): Method => ({ id, title, kind: 'row', parameters: {} });

/** Six sets with two seeds; a method's score is its level plus what `noise` adds by set. */
function outcome(
  levels: Readonly<Record<string, number>>,
  noise: (set: number, method: string) => number = () => 0,
): ProtocolOutcome {
  const methods = Object.keys(levels).map((id) => row(id));
  const pictures = methods.flatMap(({ id }) =>
    Array.from({ length: 12 }, (_, index): PictureRecord => {
      const set = Math.floor(index / 2);
      return {
        set: `set-${set}`,
        seed: index % 2,
        method: id,
        prompt: '=SUM(1), "two" & more',
        file: `pictures/${id}-${index}.png`,
        request: null,
        seconds: 2,
        unetRows: 40,
        scores: { ...none, iclip: levels[id]! + 0.01 * set + noise(set, id), leakage: 0.1 },
      };
    }),
  );
  return { methods, pictures, scenes: [], failures: [] };
}

describe('the leader', () => {
  const leaders = (made: ProtocolOutcome) =>
    tablesOf(summariseProtocol(made, facts))
      .find(({ id }) => id === 'ablation')!
      .rows.map((cells) => cells.some(({ leads }) => leads));

  test('is the reference if it is better than every other row by more than chance', () => {
    expect(leaders(outcome({ a: 0.6, d: 0.7, e: 0.8 }))).toEqual([false, false, true]);
  });

  test('is nobody if an interval contains zero or another row is better', () => {
    const swings = (set: number, method: string) => (method === 'd' ? (set % 2 ? 0.3 : -0.3) : 0);
    expect(leaders(outcome({ a: 0.6, d: 0.75, e: 0.8 }, swings))).toEqual([false, false, false]);
    expect(leaders(outcome({ a: 0.9, e: 0.8 }))).toEqual([false, false]);
  });

  test('comparisons say better, worse or undecided by the score’s direction', () => {
    const { comparisons, reference } = summariseProtocol(outcome({ a: 0.6, e: 0.8 }), facts);
    expect(reference).toBe('e');
    expect(comparisons).toMatchObject([
      { score: 'iclip', other: 'a', better: 'method', pValue: 2 / 64 },
      { score: 'leakage', other: 'a', better: 'undecided', pValue: 1 },
    ]);
  });
});

describe('its formats', () => {
  const report = summariseProtocol(outcome({ a: 0.6, e: 0.8 }), facts);

  test('CSV has a line per picture, and no text that a spreadsheet would run', () => {
    const lines = csvOf(report).split('\r\n');
    expect(lines[0]).toMatch(/^set,seed,method,prompt,file,seconds,unetRows,tclip,/);
    expect(lines).toHaveLength(26);
    expect(lines[1]).toContain(`set-0,0,a,"'=SUM(1), ""two"" & more",pictures/a-0.png,2,40,,0.6,`);
  });

  test('LaTeX has every table, escaped, and the paper’s as quoted', () => {
    const latex = latexOf(report);
    expect(latex).toContain('ICLIP~$\\uparrow$');
    expect(latex).toContain('\\textbf{0.8250}');
    expect(latex).toContain('Quoted: the paper’s table 4.3'.replace('’', "'"));
    expect(latex.match(/\\begin\{table\}/g)).toHaveLength(tablesOf(report).length + 3);
    expect(
      latexOf({
        ...report,
        methods: [{ ...report.methods[0]!, kind: 'folder', title: '50 % of a_b & {c}' }],
      }),
    ).toContain('50 \\% of a\\_b \\& \\{c\\}');
  });

  test('plots are SVG with an interval for each method', async () => {
    const figures = await figuresOf(report);
    expect(figures.map(({ id }) => id)).toEqual(['plot-iclip', 'plot-leakage']);
    expect(figures[0]!.svg).toMatch(/^<svg .*ICLIP \(higher is better\)/s);
    expect(figures[0]!.svg.match(/<circle /g)).toHaveLength(2);
  });

  test('the paper’s figures are in separate tables', () => {
    const [methods, ablation, time] = paperTables(report);
    expect(methods!.rows.at(-1)!.map(({ text }) => text)).toEqual(['PnP-MIX', '0.3823', '0.8841', '0.6542']);
    expect(ablation!.rows).toHaveLength(5);
    expect(time!.rows.map((cells) => cells.at(-1)!.text)).toEqual(['827', '7122', '1525', '151']);
  });
});
