/** The report for other programs: CSV, one picture a line, and LaTeX tables. */

import { SCORE_NAMES } from '../../contract/picture-scores.ts';
import { csvCell } from '../../foundation/csv.ts';
import type { ProtocolReport } from './summary.ts';
import { paperTables, type Table, tablesOf } from './tables.ts';

/** One line per picture (RFC 4180). */
export function csvOf({ pictures }: ProtocolReport): string {
  const head = ['set', 'seed', 'method', 'prompt', 'file', 'seconds', 'unetRows', ...SCORE_NAMES];
  const lines = pictures.map(({ set, seed, method, prompt, file, seconds, unetRows, scores }) =>
    [set, seed, method, prompt, file, seconds, unetRows, ...SCORE_NAMES.map((name) => scores[name])]
      .map(csvCell)
      .join(','),
  );
  return `${[head.join(','), ...lines].join('\r\n')}\r\n`;
}

/** Tables for `booktabs`; the paper's own follow as quoted. */
export function latexOf(report: ProtocolReport): string {
  const intro = `% ${report.name}: needs \\usepackage{booktabs}. Intervals are 95 %.`.replaceAll('\n', ' ');
  return `${[intro, ...[...tablesOf(report), ...paperTables(report)].map(latexTable)].join('\n\n')}\n`;
}

function latexTable({ id, title, note, headings, rows }: Table): string {
  const line = (cells: readonly string[]) => `    ${cells.join(' & ')} \\\\`;
  return [
    '\\begin{table}',
    '  \\centering',
    `  \\caption{${escapeLatex(title)}.${note === undefined ? '' : ` ${escapeLatex(note)}`}}`,
    `  \\label{tab:${id}}`,
    `  \\begin{tabular}{l${'r'.repeat(headings.length - 1)}}`,
    '    \\toprule',
    line(headings.map(escapeLatex)),
    '    \\midrule',
    ...rows.map((row) =>
      line(
        row.map(({ text, interval, pValue, leads }) => {
          const shown = leads ? `\\textbf{${escapeLatex(text)}}` : escapeLatex(text);
          const small = [interval, pValue].filter((part) => part !== undefined).join(', ');
          return small === '' ? shown : `${shown} {\\scriptsize (${escapeLatex(small)})}`;
        }),
      ),
    ),
    '    \\bottomrule',
    '  \\end{tabular}',
    '\\end{table}',
  ].join('\n');
}

const LATEX: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '\u00a0': '~',
  '↑': '$\\uparrow$',
  '↓': '$\\downarrow$',
  '–': '--',
  '×': '$\\times$',
  α: '$\\alpha$',
  β: '$\\beta$',
  Δ: '$\\Delta$',
  '<': '$<$',
  '’': "'",
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
};

function escapeLatex(text: string): string {
  return text.replaceAll(/[\\&%$#_{}~^<\u00a0↑↓–×αβΔ’]/g, (found) => LATEX[found] ?? `\\${found}`);
}
