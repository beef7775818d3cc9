import { describe, expect, it } from 'vitest';
import type { RenderSummary } from '../../../electron/contract/render-record.ts';
import { emptySceneDocument, type SceneDocument } from '../../../electron/contract/scene-document.ts';
import { withCell } from '../../../electron/contract/sweep.ts';
import { sweepGrid, withRender } from '../../../renderer/editor/sweep-grid.ts';
import { documentConcept } from '../session/document-concept.ts';
import { renderSummary } from '../session/render-summary.ts';

const sweepId = 'a';
const cell = (alpha: number, beta: number, change: Partial<RenderSummary> = {}) =>
  renderSummary(`${alpha} ${beta}`, {
    sweep: { sweepId, x: { parameter: 'alpha', value: alpha }, y: { parameter: 'beta', value: beta } },
    ...change,
  });

describe('a sweep', () => {
  it('counts all 64 cells of eight by eight, and the remaining ones', () => {
    const values = Array.from({ length: 8 }, (_, index) => index / 8);
    const renders = values.flatMap((beta) => values.map((alpha) => cell(alpha, beta)));
    const waiting = cell(0, 0, { state: 'queued', result: null });
    const grid = sweepGrid([waiting, ...renders.slice(1)])!;
    expect([grid.total, grid.done, grid.underWay]).toEqual([64, 63, 1]);
    expect(grid.x).toEqual({ parameter: 'alpha', values });
    expect(grid.cellAt(0.875, 0.125)?.renderId).toBe('0.875 0.125');
  });

  it('follows its own renders, and no others', () => {
    const sweep = { sweepId, renders: [cell(0, 0, { state: 'queued', result: null })] };
    expect(withRender(sweep, cell(0, 0))?.renders).toEqual([cell(0, 0)]);
    expect(withRender(sweep, cell(0, 0, { isDeleted: true }))?.renders).toEqual([]);
    const other = cell(0, 0, { sweep: { sweepId: 'b', alpha: 0, beta: 0 } });
    expect(withRender(sweep, other)).toBe(sweep);
    expect(withRender(null, other)).toBeNull();
  });

  it('reads cells of version 1, and is none without cells', () => {
    const old = renderSummary('old', { sweep: { sweepId, alpha: 0.5, beta: 0.8 } });
    const grid = sweepGrid([old]);
    expect(grid?.x).toEqual({ parameter: 'alpha', values: [0.5] });
    expect(grid?.cellAt(0.5, 0.8)).toBe(old);
    expect(sweepGrid([renderSummary('other')])).toBeUndefined();
  });

  it('applies a cell to the concept that varied, to all if all did, and to none in place of one that is gone', () => {
    const document = { ...emptySceneDocument(), concepts: [documentConcept('cat'), documentConcept('dog')] };
    const places = {
      sweepId,
      x: { parameter: 'alpha' as const, value: 0.4 },
      y: { parameter: 'beta' as const, value: 0.6 },
    };
    const alphasOf = ({ concepts }: SceneDocument) => concepts.map(({ alpha }) => alpha);
    const [usual] = alphasOf(document);
    const one = withCell(document, { ...places, conceptId: 'dog' });
    expect(alphasOf(one)).toEqual([usual, 0.4]);
    expect(one.parameters.beta).toBe(0.6);
    expect(alphasOf(withCell(document, { ...places, conceptId: null }))).toEqual([0.4, 0.4]);
    expect(alphasOf(withCell(document, places))).toEqual([0.4, 0.4]);
    expect(() => withCell(document, { ...places, conceptId: 'gone' })).toThrow(
      'The scene no longer has this concept.',
    );
  });

  it('knows why a render of it failed', () => {
    const error = { ok: false, code: 'MASK_EMPTY', message: 'It is outside the frame.' } as const;
    const failed = cell(0, 1, { state: 'failed', result: null, error });
    expect(sweepGrid([failed, cell(1, 1)])?.failure).toEqual(error);
    expect(sweepGrid([cell(0, 0), cell(1, 1, { state: 'cancelled', result: null })])?.failure).toBeNull();
  });

  it('has an empty cell for each missing pair', () => {
    const grid = sweepGrid([cell(0, 0), cell(1, 1)])!;
    expect([grid.total, grid.done, grid.underWay]).toEqual([4, 2, 0]);
    expect(grid.cellAt(0, 1)).toBeUndefined();
  });
});
