import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PAPER_PARAMETERS, renderParametersSchema } from '../../../electron/contract/parameters.ts';
import {
  defaultParameters,
  isDefault,
  PARAMETER_FIELDS,
  PRESET_NAMES,
  preset,
} from '../../../renderer/editor/parameter-fields.ts';
import {
  actionOf,
  chordOf,
  chordsOf,
  conflictsOf,
  isFreeChord,
  type PressedKey,
  printedChord,
  SHORTCUTS,
} from '../../../renderer/editor/shortcuts.ts';
import {
  actualSize,
  fitView,
  toImage,
  toScreen,
  wheelFactor,
  zoomAt,
  zoomPercent,
} from '../../../renderer/editor/view-transform.ts';

const coordinate = fc.double({ min: -5000, max: 5000, noNaN: true });
const point = fc.record({ x: coordinate, y: coordinate });
const view = fc.record({
  scale: fc.double({ min: 0.05, max: 32, noNaN: true }),
  offsetX: coordinate,
  offsetY: coordinate,
});

describe('the view', () => {
  it('converts from image to screen and back', () => {
    fc.assert(
      fc.property(view, point, (transform, at) => {
        const back = toImage(transform, toScreen(transform, at));
        expect(back.x).toBeCloseTo(at.x, 6);
        expect(back.y).toBeCloseTo(at.y, 6);
      }),
    );
  });

  it('zooms about the pointer, and back again', () => {
    fc.assert(
      fc.property(view, point, fc.double({ min: 0.7, max: 1.4, noNaN: true }), (transform, at, factor) => {
        const zoomed = zoomAt(transform, at, factor);
        const before = toImage(transform, at);
        const after = toImage(zoomed, at);
        expect(after.x).toBeCloseTo(before.x, 5);
        expect(after.y).toBeCloseTo(before.y, 5);
      }),
    );
    expect(wheelFactor(100, 0) * wheelFactor(-100, 0)).toBeCloseTo(1);
    expect(wheelFactor(3, 1)).toBeCloseTo(wheelFactor(99, 0));
  });

  it('fits the whole picture in the middle', () => {
    const fitted = fitView({ width: 2000, height: 1000 }, { width: 848, height: 648 });
    expect(toScreen(fitted, { x: 0, y: 500 })).toEqual({ x: 24, y: 324 });
    expect(toScreen(fitted, { x: 2000, y: 500 })).toEqual({ x: 824, y: 324 });
  });

  it('shows one image pixel on one device pixel at 100 %', () => {
    const actual = actualSize({ scale: 0.3, offsetX: 5, offsetY: 9 }, { width: 800, height: 600 }, 2);
    expect(actual.scale).toBeCloseTo(0.5);
    expect(zoomPercent(actual, 2)).toBe(100);
  });

  it('stays within its limits', () => {
    const start = { scale: 1, offsetX: 0, offsetY: 0 };
    expect(zoomAt(start, { x: 0, y: 0 }, 1e9).scale).toBe(64);
    expect(zoomAt(start, { x: 0, y: 0 }, 1e-9).scale).toBe(0.02);
  });
});

describe('shortcuts', () => {
  const pressed = (key: string, code: string, held: Partial<PressedKey> = {}): PressedKey => ({
    key,
    code,
    ctrlKey: false,
    metaKey: false,
    shiftKey: false,
    altKey: false,
    ...held,
  });

  it('have every chord once', () => {
    const chords = SHORTCUTS.flatMap(({ chords: own }) => own as readonly string[]);
    expect(new Set(chords).size).toBe(chords.length);
    expect(new Set(SHORTCUTS.map(({ action }) => action)).size).toBe(SHORTCUTS.length);
  });

  it('follow the printed letter: undo is where the layout has Z', () => {
    // On a German keyboard, Z is at KeyY.
    expect(actionOf(pressed('z', 'KeyY', { ctrlKey: true }), {})).toBe('edit.undo');
    expect(actionOf(pressed('Z', 'KeyY', { ctrlKey: true, shiftKey: true }), {})).toBe('edit.redo');
    expect(actionOf(pressed('y', 'KeyZ', { metaKey: true }), {})).toBe('edit.redo');
  });

  it('follow the physical key for punctuation and for non-Latin letters', () => {
    expect(actionOf(pressed('ü', 'BracketLeft'), {})).toBe('brush.smaller');
    expect(actionOf(pressed('ㅠ', 'KeyB'), {})).toBe('tool.brush');
    expect(actionOf(pressed('?', 'Slash', { shiftKey: true }), {})).toBe('app.help');
  });

  it('need more than a modifier, and ignore unbound keys', () => {
    expect(chordOf(pressed('Shift', 'ShiftLeft', { shiftKey: true }))).toBeUndefined();
    expect(actionOf(pressed('b', 'KeyB', { altKey: true }), {})).toBeUndefined();
  });

  it('prefer a changed shortcut, and drop a removed one', () => {
    const overrides = { 'tool.brush': 'KeyE', 'tool.fill': null };
    expect(actionOf(pressed('e', 'KeyE'), overrides)).toBe('tool.brush');
    expect(actionOf(pressed('b', 'KeyB'), overrides)).toBeUndefined();
    expect(actionOf(pressed('g', 'KeyG'), overrides)).toBeUndefined();
    expect(chordsOf('tool.fill', overrides)).toEqual([]);
    expect(conflictsOf('KeyE', 'tool.brush', {})).toEqual(['tool.eraser']);
  });

  it('are displayed as key caps', () => {
    expect(printedChord('Ctrl+Shift+KeyZ', false)).toEqual(['Ctrl', 'Shift', 'Z']);
    expect(printedChord('Ctrl+Digit0', true)).toEqual(['⌘', '0']);
    expect(printedChord('BracketLeft', false)).toEqual(['[']);
  });
});

describe('parameter fields', () => {
  it('exist for every parameter, with ranges that the contract accepts', () => {
    expect(PARAMETER_FIELDS.map(({ name }) => name).toSorted()).toEqual(
      Object.keys(PAPER_PARAMETERS).toSorted(),
    );
    for (const field of PARAMETER_FIELDS) {
      if (field.kind !== 'slider') continue;
      for (const value of [field.min, field.max]) {
        const made = { ...PAPER_PARAMETERS, [field.name]: value };
        expect(renderParametersSchema.safeParse(made).success).toBe(true);
      }
    }
  });

  it('reset to the pack’s recommendation, or else to the paper’s value', () => {
    const defaults = defaultParameters({ steps: 25, alpha: 0.4 });
    expect(defaults).toEqual({ ...PAPER_PARAMETERS, steps: 25 });
    expect(isDefault('steps', { ...defaults, steps: 26 }, defaults)).toBe(false);
    expect(isDefault('attentionSteps', { ...defaults, attentionSteps: { from: 0, to: 1 } }, defaults)).toBe(
      true,
    );
  });

  it('have presets that the contract accepts and that leave the seed unchanged', () => {
    for (const name of PRESET_NAMES) {
      const { parameters } = preset(name, { steps: 10, seed: 7, alpha: 0 });
      expect(renderParametersSchema.safeParse({ ...PAPER_PARAMETERS, ...parameters }).success).toBe(true);
      expect(parameters).not.toHaveProperty('seed');
    }
    expect(preset('recommended', { alpha: 0 }).alpha).toBe(0);
  });
});

describe('the keys that can be given to actions', () => {
  it('are all but those that the canvas and the page take first', () => {
    for (const { chords } of SHORTCUTS) for (const chord of chords) expect(isFreeChord(chord)).toBe(true);
    for (const chord of ['Ctrl+ArrowLeft', 'Ctrl+Alt+Enter', 'Alt+KeyK', 'F2', 'Shift+Delete']) {
      expect(isFreeChord(chord)).toBe(true);
    }
    for (const chord of [
      'Enter',
      'Alt+Enter',
      'Shift+ArrowUp',
      'Space',
      'Ctrl+Space',
      'Tab',
      'Shift+Backslash',
    ]) {
      expect(isFreeChord(chord)).toBe(false);
    }
    expect(isFreeChord('Ctrl+Escape')).toBe(false);
  });
});
