/** Brush and eraser: freehand strokes, straight lines with Shift, size and opacity by a pen’s pressure and tilt. */
import type { Dab, StrokeMode } from '../brush-stroke.ts';
import type { PointerSample, Tool, ToolEffect, ToolSettings } from './tool.ts';

export interface BrushState {
  readonly phase: 'idle' | 'drawing';
  readonly mode: StrokeMode;
  /** Position of the current stroke, or the end of the last one: Shift draws a line from there. */
  readonly last: Dab | undefined;
  /** Start of the line while Shift is held, which keeps it horizontal, vertical or diagonal. */
  readonly anchor: Dab | undefined;
}

/** Share of the size, or of the opacity, at zero pen pressure. */
const LEAST_PRESSURE_SHARE = 0.1;
/** How many times as wide a lying pen paints as an upright one. */
const LYING_WIDTH = 3;

function dabAt(pointer: PointerSample, settings: ToolSettings): Dab {
  const { x, y, isPen, pressure, tilt = 0 } = pointer;
  const share = isPen ? LEAST_PRESSURE_SHARE + (1 - LEAST_PRESSURE_SHARE) * pressure : 1;
  const width = isPen && settings.tiltSize ? 1 + (LYING_WIDTH - 1) * tilt : 1;
  const sizePx = settings.brushSizePx * width * (settings.pressureSize ? share : 1);
  const dab = { x, y, radiusPx: Math.max(sizePx / 2, 0.5) };
  return isPen && settings.pressureOpacity ? { ...dab, opacity: share } : dab;
}

/** The nearest point to `to` on a line through `from` at a multiple of 45 degrees. */
export function snappedLine(from: Dab, to: Dab): Dab {
  const step = Math.PI / 4;
  const angle = Math.round(Math.atan2(to.y - from.y, to.x - from.x) / step) * step;
  const length = (to.x - from.x) * Math.cos(angle) + (to.y - from.y) * Math.sin(angle);
  return { ...to, x: from.x + length * Math.cos(angle), y: from.y + length * Math.sin(angle) };
}

function brushTool(mode: StrokeMode): Tool<BrushState> {
  const idle: BrushState = { phase: 'idle', mode, last: undefined, anchor: undefined };
  const stamp = (from: Dab, to: Dab, { hardness }: ToolSettings, strokeMode: StrokeMode): ToolEffect => ({
    kind: 'stamp',
    from,
    to,
    hardness,
    mode: strokeMode,
  });

  return {
    initial: idle,
    isActive: ({ phase }) => phase === 'drawing',
    step(state, input, settings) {
      if (input.kind === 'cancel') {
        const effects: ToolEffect[] = state.phase === 'drawing' ? [{ kind: 'revert' }] : [];
        return { state: { ...idle, last: state.last }, effects };
      }
      if (input.kind === 'confirm' || input.kind === 'double' || input.kind === 'lift')
        return { state, effects: [] };
      const dab = dabAt(input.pointer, settings);
      if (input.kind === 'down') {
        // Alt swaps brush and eraser for the whole stroke.
        const strokeMode = input.pointer.alt ? (mode === 'paint' ? 'erase' : 'paint') : mode;
        const from = input.pointer.shift && state.last ? state.last : dab;
        return {
          state: { phase: 'drawing', mode: strokeMode, last: dab, anchor: undefined },
          effects: [stamp(from, dab, settings, strokeMode)],
        };
      }
      if (state.phase === 'idle' || !state.last) return { state, effects: [] };
      if (input.kind === 'move') {
        const anchor = input.pointer.shift ? (state.anchor ?? state.last) : undefined;
        const to = anchor ? snappedLine(anchor, dab) : dab;
        return {
          state: { ...state, last: to, anchor },
          effects: [stamp(state.last, to, settings, state.mode)],
        };
      }
      return {
        state: { ...idle, last: state.last },
        effects: [{ kind: 'commit', label: state.mode === 'paint' ? 'brush' : 'eraser' }],
      };
    },
  };
}

export const brush = brushTool('paint');
export const eraser = brushTool('erase');
