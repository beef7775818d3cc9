import { beforeEach, describe, expect, it } from 'vitest';
import { setBrushSize, showScene, useEditor } from '../../../renderer/session/editor-store.ts';
import { PREPARE_DEFAULTS, readPrepareSettings } from '../../../renderer/session/prepare-settings.ts';
import { findRender, renderToExport } from '../../../renderer/session/studio-store.ts';
import { renderSummary } from './render-summary.ts';

const newest = renderSummary('newest');
const failed = renderSummary('failed', { state: 'failed', result: null });
const old = renderSummary('old');

describe('the render to export', () => {
  it('is the one shown, even if the strip does not list it', () => {
    const state = { renders: [newest], pinned: { old } };
    expect(renderToExport(state, 'old')).toBe(old);
    expect(findRender(state, 'old')).toBe(old);
  });

  it('is the newest one with a picture while none is shown', () => {
    expect(renderToExport({ renders: [failed, newest, old], pinned: {} }, null)).toBe(newest);
  });

  it('is none, rather than another one, if the shown one has no picture or is unknown', () => {
    const state = { renders: [newest, failed], pinned: {} };
    expect(renderToExport(state, 'failed')).toBeUndefined();
    expect(renderToExport(state, 'gone')).toBeUndefined();
    expect(renderToExport({ renders: [failed], pinned: {} }, null)).toBeUndefined();
  });
});

describe('the editor’s state', () => {
  beforeEach(() => useEditor.setState(useEditor.getInitialState()));

  it('keeps the brush within its limits', () => {
    for (const [wanted, size] of [
      [0, 1],
      [12.34, 12.3],
      [5000, 1000],
    ] as const) {
      setBrushSize(wanted);
      expect(useEditor.getState().brushSizePx).toBe(size);
    }
  });

  it('returns to the scene from a comparison and from a candidate', () => {
    useEditor.setState({
      shownRenderId: 'a',
      comparedRenderId: 'b',
      comparisonMode: 'slider',
      stagedBackground: 'c',
    });
    showScene();
    expect(useEditor.getState()).toMatchObject({
      shownRenderId: null,
      comparedRenderId: null,
      comparisonMode: 'after',
      stagedBackground: null,
    });
  });
});

describe('the options for preparing', () => {
  it('are the defaults where the stored ones cannot be read', () => {
    expect(readPrepareSettings(undefined)).toEqual(PREPARE_DEFAULTS);
    expect(readPrepareSettings({ growPx: 'much' })).toEqual(PREPARE_DEFAULTS);
    expect(readPrepareSettings({ ...PREPARE_DEFAULTS, growPx: 3 }).growPx).toBe(3);
  });
});
