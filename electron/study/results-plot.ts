/** The paper's figure 4.3: mean ratings by criterion and method, with intervals. */
import { ACCENT, INK, openPlotCanvas } from '../evaluation/report/plot-canvas.ts';
import { HIGHEST_RATING, LOWEST_RATING } from './questionnaire.ts';
import type { StudyResults } from './study-results.ts';

const ROW_PX = 26;

/** @returns an SVG file */
export async function plotOfResults({ means, methods, criteria }: StudyResults): Promise<string> {
  const { plot, document } = await openPlotCanvas();
  const rows = means.map(({ method, criterion, rating }) => ({ method, criterion, ...rating }));
  const bounded = rows.filter(({ low }) => low !== null);
  const svg = plot.plot({
    document,
    width: 720,
    height: 60 + ROW_PX * methods.length * criteria.length,
    marginLeft: 150,
    marginRight: 120,
    marginBottom: 40,
    style: { color: INK, fontSize: '12px' },
    x: { label: 'mean rating', domain: [LOWEST_RATING, HIGHEST_RATING], grid: true },
    y: { label: null, domain: [...methods] },
    fy: { label: null, domain: [...criteria] },
    marks: [
      plot.ruleY(bounded, {
        y: 'method',
        fy: 'criterion',
        x1: 'low',
        x2: 'high',
        stroke: INK,
        strokeWidth: 2,
      }),
      plot.dot(rows, { y: 'method', fy: 'criterion', x: 'mean', r: 5, fill: ACCENT }),
    ],
  });
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  return svg.outerHTML;
}
