/** All tools by name, and the runner that keeps the state of the one in hand. */
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
 * The input that ends a tool's gesture and keeps what was done. Smart select has none: what it shows is a proposal,
 * which counts only when the user takes it.
 */
export function endOf(tool: ToolName, pointer: PointerSample): ToolInput | undefined {
  if (tool === 'select') return undefined;
  return tool === 'polygon' ? { kind: 'confirm' } : { kind: 'up', pointer };
}

/** One tool in hand. A new one starts from its initial state; the old one is to be cancelled first. */
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

  /** Feeds the tool one input. */
  step(input: ToolInput, settings: ToolSettings): readonly ToolEffect[] {
    const { state, effects } = this.#tool.step(this.#state, input, settings);
    this.#state = state;
    return effects;
  }
}
