/** Fill: a click fills the area enclosed by the mask; Alt clears the connected area instead. */
import { modeOf, type Tool } from './tool.ts';

/** Stateless: a click is the whole gesture. */
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
