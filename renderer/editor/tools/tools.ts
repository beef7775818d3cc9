/** All tools by name, and the runner with the state of the active one. */
import { brush, eraser } from './brush.ts';
import { fill } from './fill.ts';
import { lasso } from './lasso.ts';
import { move } from './move.ts';
import { polygon } from './polygon.ts';
import { ellipse, rectangle } from './shape.ts';
import { smartSelect } from './smart-select.ts';
import type { PointerSample, Tool, ToolEffect, ToolInput, ToolSettings } from './tool.ts';

const tools = { move, brush, eraser, lasso, polygon, rectangle, ellipse, fill, select: smartSelect };

export type ToolName = keyof typeof tools;

export const TOOL_NAMES = Object.keys(tools) as readonly ToolName[];

/**
 * The input that commits a tool's gesture. Smart select has none: it shows a proposal, which only the user can apply.
 */
export function endOf(tool: ToolName, pointer: PointerSample): ToolInput | undefined {
  if (tool === 'select') return undefined;
  return tool === 'polygon' ? { kind: 'confirm' } : { kind: 'up', pointer };
}

/** The active tool. A new one starts from its initial state; cancel the old one first. */
export class ToolRunner {
  readonly name: ToolName;
  readonly #tool: Tool<unknown>;
  #state: unknown;

  constructor(name: ToolName) {
    this.name = name;
    this.#tool = tools[name] as Tool<unknown>;
    this.#state = this.#tool.initial;
  }

  get isActive(): boolean {
    return this.#tool.isActive(this.#state);
  }

  /** Passes one input to the tool. */
  step(input: ToolInput, settings: ToolSettings): readonly ToolEffect[] {
    const { state, effects } = this.#tool.step(this.#state, input, settings);
    this.#state = state;
    return effects;
  }
}
