/** Fill: a click fills the area that the drawn mask encloses; Alt empties the connected area instead. */
import { modeOf, type Tool } from './tool.ts';

/** It has no states: a click is the whole gesture. */
export type FillState = null;

export const fill: Tool<FillState> = {
  initial: null,
  isActive: () => false,
  step(state, input) {
    if (input.kind !== 'down') return { state, effects: [] };
    const { x, y } = input.pointer;
    return {
      state,
      effects: [
        { kind: 'flood', point: { x, y }, mode: modeOf(input.pointer) },
        { kind: 'commit', label: 'fill' },
      ],
    };
  },
};
