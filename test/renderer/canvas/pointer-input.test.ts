/** Mouse, pen and touch, with a fake element and fake events. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { CanvasView } from '../../../renderer/canvas/canvas-view.ts';
import { listenToPointers } from '../../../renderer/canvas/pointer-input.ts';
import type { ToolInput } from '../../../renderer/editor/tools/tool.ts';

interface Played {
  readonly pointerId?: number;
  readonly pointerType?: 'mouse' | 'touch' | 'pen';
  readonly button?: number;
  readonly buttons?: number;
  readonly pressure?: number;
  readonly tiltX?: number;
}

class PlayedPointerEvent extends Event {
  readonly clientX: number;
  readonly clientY: number;
  readonly played: Played;

  constructor(kind: string, clientX: number, clientY: number, played: Played = {}) {
    super(kind, { cancelable: true });
    this.clientX = clientX;
    this.clientY = clientY;
    this.played = played;
  }
  readonly shiftKey = false;
  readonly altKey = false;
  readonly tiltY = 0;
  get tiltX(): number {
    return this.played.tiltX ?? 0;
  }
  get pointerId(): number {
    return this.played.pointerId ?? 1;
  }
  get pointerType(): string {
    return this.played.pointerType ?? 'mouse';
  }
  get button(): number {
    return this.played.button ?? 0;
  }
  get buttons(): number {
    return this.played.buttons ?? 1;
  }
  get pressure(): number {
    return this.played.pressure ?? 0.5;
  }
  getCoalescedEvents(): PlayedPointerEvent[] {
    return [];
  }
}

class PlayedElement extends EventTarget {
  getBoundingClientRect() {
    return { left: 100, top: 50 };
  }
  setPointerCapture(): void {}
  focus(): void {}
}

let element: PlayedElement;
let view: CanvasView;
let inputs: ToolInput[];
let interrupts: boolean[];
let brushFactors: number[];
let isPanning: boolean;
let wheelAction: 'zoom' | 'brushSize';
let stop: AbortController;

function send(kind: string, x: number, y: number, played?: Played): void {
  element.dispatchEvent(new PlayedPointerEvent(kind, 100 + x, 50 + y, played));
}

function wheel(deltaY: number, ctrlKey = false): void {
  const event = Object.assign(new Event('wheel', { cancelable: true }), {
    deltaY,
    deltaMode: 0,
    ctrlKey,
    metaKey: false,
    clientX: 100,
    clientY: 50,
  });
  element.dispatchEvent(event);
}

beforeEach(() => {
  vi.stubGlobal('PointerEvent', PlayedPointerEvent);
  vi.stubGlobal('Element', PlayedElement);
  vi.stubGlobal('window', { devicePixelRatio: 1 });
  Object.assign(PlayedElement.prototype, { closest: () => null });
  element = new PlayedElement();
  view = new CanvasView();
  view.setViewport({ width: 200, height: 200 });
  view.setContent({ width: 100, height: 100 });
  view.actualSize();
  inputs = [];
  interrupts = [];
  brushFactors = [];
  isPanning = false;
  wheelAction = 'zoom';
  stop = new AbortController();
  listenToPointers(
    element as unknown as HTMLElement,
    {
      view,
      isPanning: () => isPanning,
      wheelAction: () => wheelAction,
      input: (input) => inputs.push(input),
      interrupt: (hasDrawn) => interrupts.push(hasDrawn),
      hover: () => {},
      changeBrushSize: (factor) => brushFactors.push(factor),
    },
    stop.signal,
  );
});

const kinds = () => inputs.map(({ kind }) => kind);

describe('the tool', () => {
  it('receives a drag in image pixels', () => {
    const { offsetX, offsetY, scale } = view.getTransform();
    send('pointerdown', 60, 70);
    send('pointermove', 80, 90);
    send('pointerup', 80, 90);
    expect(kinds()).toEqual(['down', 'move', 'up']);
    expect(inputs[0]).toMatchObject({
      pointer: { x: (60 - offsetX) / scale, y: (70 - offsetY) / scale, isPen: false, pressure: 0.5 },
    });
  });

  it('receives a pen’s pressure', () => {
    send('pointerdown', 60, 70, { pointerType: 'pen', pressure: 0.9 });
    expect(inputs[0]).toMatchObject({ pointer: { isPen: true, pressure: 0.9 } });
  });

  it('receives nothing of a drag that pans: with the middle button, or in panning mode', () => {
    const before = view.getTransform();
    send('pointerdown', 60, 70, { button: 1 });
    send('pointermove', 70, 75);
    send('pointerup', 70, 75);
    isPanning = true;
    send('pointerdown', 60, 70);
    send('pointermove', 70, 75);
    send('pointerup', 70, 75);
    expect(inputs).toEqual([]);
    const { offsetX, offsetY } = view.getTransform();
    expect([offsetX - before.offsetX, offsetY - before.offsetY]).toEqual([20, 10]);
  });

  it('receives a double click, unless its clicks pan or are on something over the picture', () => {
    send('dblclick', 60, 70);
    isPanning = true;
    send('dblclick', 60, 70);
    isPanning = false;
    Object.assign(PlayedElement.prototype, { closest: () => element });
    send('dblclick', 60, 70);
    expect(kinds()).toEqual(['double']);
  });

  it('receives nothing after its listener is removed', () => {
    stop.abort();
    send('pointerdown', 60, 70);
    expect(inputs).toEqual([]);
  });
});

describe('a second finger', () => {
  const finger = (pointerId: number): Played => ({ pointerId, pointerType: 'touch' });

  it('interrupts a stroke that has drawn, and zooms', () => {
    const { scale } = view.getTransform();
    send('pointerdown', 60, 70, finger(1));
    send('pointermove', 90, 70, finger(1));
    send('pointerdown', 110, 70, finger(2));
    expect(interrupts).toEqual([true]);
    send('pointermove', 150, 70, finger(2));
    expect(view.getTransform().scale).toBeCloseTo(scale * 3);
    send('pointerup', 150, 70, finger(2));
    send('pointerup', 90, 70, finger(1));
    expect(kinds()).toEqual(['down', 'move']);
  });

  it('treats a touch that has not moved as one that has not drawn', () => {
    send('pointerdown', 60, 70, finger(1));
    send('pointermove', 62, 71, finger(1));
    send('pointerdown', 110, 70, finger(2));
    expect(interrupts).toEqual([false]);
  });
});

describe('a pen', () => {
  const palm: Played = { pointerId: 7, pointerType: 'touch' };
  const pen: Played = { pointerId: 3, pointerType: 'pen' };

  it('says how far it leans', () => {
    send('pointerdown', 60, 70, { ...pen, tiltX: 45 });
    expect(inputs[0]).toMatchObject({ pointer: { tilt: expect.closeTo(0.5) } });
  });

  it('draws while the palm rests and moves, whichever came first', () => {
    send('pointerdown', 10, 70, palm);
    send('pointerdown', 60, 70, pen);
    // The palm's own stroke is given up.
    expect(interrupts).toEqual([false]);
    send('pointermove', 20, 80, palm);
    send('pointerdown', 30, 90, { ...palm, pointerId: 8 });
    send('pointermove', 80, 70, pen);
    send('pointerup', 80, 70, pen);
    send('pointermove', 25, 85, palm);
    expect(kinds()).toEqual(['down', 'down', 'move', 'up']);
    expect(view.getTransform().scale).toBe(1);
  });
});

it('ends a drag whose button was released unseen, and shows no menu during one', () => {
  const opensMenu = () => element.dispatchEvent(new Event('contextmenu', { cancelable: true }));
  expect(opensMenu()).toBe(true);
  send('pointerdown', 60, 70);
  send('pointermove', 90, 70);
  expect(opensMenu()).toBe(false);
  send('pointermove', 150, 70, { buttons: 0 });
  expect(interrupts).toEqual([true]);
  // The next press is another drag.
  send('pointerdown', 20, 20);
  send('pointerup', 20, 20);
  expect(kinds()).toEqual(['down', 'move', 'move', 'down', 'up']);
  expect(opensMenu()).toBe(true);
});

it('keeps what was drawn when the system cancels the pointer', () => {
  send('pointerdown', 60, 70);
  send('pointermove', 90, 70);
  send('pointercancel', 90, 70);
  expect(interrupts).toEqual([true]);
  expect(kinds()).toEqual(['down', 'move']);
});

it('zooms with the wheel or changes the brush size, as set, and the other with Ctrl', () => {
  const { scale } = view.getTransform();
  wheel(-100);
  const zoomed = view.getTransform().scale;
  expect(zoomed).toBeGreaterThan(scale);
  wheel(-100, true);
  expect(brushFactors).toHaveLength(1);
  wheelAction = 'brushSize';
  wheel(-100);
  expect(brushFactors).toHaveLength(2);
  wheel(100, true);
  expect(view.getTransform().scale).toBeLessThan(zoomed);
});
