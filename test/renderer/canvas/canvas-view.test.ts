import { beforeEach, describe, expect, it, vi } from 'vitest';
import { CanvasView } from '../../../renderer/canvas/canvas-view.ts';

let view: CanvasView;

beforeEach(() => {
  vi.stubGlobal('window', { devicePixelRatio: 2 });
  view = new CanvasView();
  view.setViewport({ width: 400, height: 300 });
  view.setContent({ width: 100, height: 100 });
});

describe('the view', () => {
  it('stays fitted when its viewport is resized, until it is moved', () => {
    const { scale } = view.getTransform();
    view.setViewport({ width: 800, height: 600 });
    expect(view.getTransform().scale).toBeGreaterThan(scale);
    view.pan(5, 0);
    const moved = view.getTransform();
    view.setViewport({ width: 400, height: 300 });
    expect(view.getTransform()).toEqual(moved);
    view.fit();
    expect(view.getTransform().scale).toBe(scale);
  });

  it('fits the content into its viewport, and reports the zoom in percent', () => {
    const before = view.getPercent();
    view.setContent({ width: 200, height: 200 });
    expect(view.getPercent()).toBeCloseTo(before / 2, 0);
    view.actualSize();
    expect(view.getPercent()).toBe(100);
    // An image pixel is one device pixel; there are two of them to a CSS pixel.
    expect(view.getTransform().scale).toBe(0.5);
  });

  it('stays where it is when the new content has the same size', () => {
    view.zoom(2);
    const zoomed = view.getTransform();
    view.setContent({ width: 100, height: 100 });
    expect(view.getTransform()).toEqual(zoomed);
  });

  it('notifies of every change while there is a listener', () => {
    let count = 0;
    const stop = view.subscribe(() => count++);
    view.zoom(2);
    view.pan(1, 1);
    stop();
    view.fit();
    expect(count).toBe(2);
  });
});
