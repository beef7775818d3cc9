/** `bench --profile`: where the milliseconds of a render go. */
import type { Profiler, Runtime } from 'node:inspector';
import { Session } from 'node:inspector/promises';
import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { percent, textTable } from '../../electron/evaluation/text-table.ts';
import type { RenderOutcome } from '../../electron/inference/engine/engine.ts';
import { sessionWork } from '../../electron/inference/runtime/sessions.ts';

/** A part of a render's time. */
export interface ProfilePart {
  /** A model, a source file, or what the process did otherwise. */
  readonly what: string;
  readonly ms: number;
  /** Of the whole render, 0..1. */
  readonly share: number;
}

export interface RenderProfile {
  readonly totalMs: number;
  readonly parts: readonly ProfilePart[];
}

/** Sampling interval in microseconds. */
const INTERVAL_US = 200;

/** What V8 calls the time outside any function; waiting for files and for libvips is idle. */
const V8_STATES = ['(idle)', '(program)', '(garbage collector)'];

/** The profiler's own time is not the render's. */
const PROFILER = '(profiler)';

/** ONNX Runtime's calls, which block the thread: they are listed by model instead. */
const RUNTIME = 'onnxruntime';

/**
 * Renders with the profiler on.
 *
 * @returns the outcome, and its time by model, by source file and otherwise, the longest first; parts sum to the whole
 */
export async function profileRender(
  render: () => Promise<RenderOutcome>,
): Promise<{ readonly outcome: RenderOutcome; readonly profile: RenderProfile }> {
  const session = new Session();
  session.connect();
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.setSamplingInterval', { interval: INTERVAL_US });
    const before = sessionWork();
    await session.post('Profiler.start');
    const outcome = await render();
    const { profile } = await session.post('Profiler.stop');
    const inModels = [...sessionWork()].map(([component, { runMs, createMs }]) => {
      const earlier = before.get(component);
      return [component, runMs - (earlier?.runMs ?? 0), createMs - (earlier?.createMs ?? 0)] as const;
    });
    const files = new Map<number, string>();
    // A native function's time is its caller's.
    const name = (node: Profiler.ProfileNode, caller: string) => {
      const source = sourceOf(node.callFrame) ?? caller;
      files.set(node.id, source);
      for (const child of node.children ?? []) name(nodes.get(child)!, source);
    };
    const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
    name(profile.nodes[0]!, '(program)');
    const parts = new Map<string, number>();
    const add = (what: string, ms: number) => parts.set(what, (parts.get(what) ?? 0) + ms);
    for (const [at, id] of profile.samples!.entries()) add(files.get(id)!, profile.timeDeltas![at]! / 1000);
    // After the last sample; on a busy machine, a short render may have none.
    const sampledUs = profile.timeDeltas!.reduce((sum, us) => sum + us, 0);
    add('(program)', (profile.endTime - profile.startTime - sampledUs) / 1000);
    // Only the part of ONNX Runtime's time that is not a model's own call remains: copying tensors in and out.
    for (const [component, runMs, createMs] of inModels) {
      add(`model ${component}`, runMs);
      add(`opening ${component}`, createMs);
      add(RUNTIME, -runMs - createMs);
    }
    parts.delete(PROFILER);
    const totalMs = [...parts.values()].reduce((sum, ms) => sum + ms, 0);
    return {
      outcome,
      profile: {
        totalMs,
        parts: [...parts]
          .map(([what, ms]) => ({ what, ms, share: ms / totalMs }))
          .filter(({ ms }) => Math.abs(ms) >= 0.5)
          .toSorted((a, b) => b.ms - a.ms),
      },
    };
  } finally {
    session.disconnect();
  }
}

/**
 * The file of a function, relative to the project; a package's name; or V8's own name in brackets. undefined for native
 * functions.
 */
function sourceOf({ url, functionName }: Runtime.CallFrame): string | undefined {
  if (url.startsWith('node:')) return url === 'node:inspector' ? PROFILER : 'node';
  if (!url.startsWith('file:')) return V8_STATES.includes(functionName) ? functionName : undefined;
  const path = relative(process.cwd(), fileURLToPath(url)).split(sep).join('/');
  const [, inPackages] = path.split('node_modules/');
  if (inPackages === undefined) return path;
  if (inPackages.startsWith(RUNTIME)) return RUNTIME;
  return inPackages
    .split('/')
    .slice(0, inPackages.startsWith('@') ? 2 : 1)
    .join('/');
}

/** Lines for the terminal: parts of at least half a percent, the rest in one line. */
export function profileLines(name: string, { totalMs, parts }: RenderProfile): string[] {
  const shown = parts.filter(({ share }) => share >= 0.005);
  const rest = totalMs - shown.reduce((sum, { ms }) => sum + ms, 0);
  return textTable([
    [name, 'ms', 'share'],
    ...shown.map(({ what, ms, share }) => [what, ms.toFixed(1), percent(share)]),
    ['the rest', rest.toFixed(1), percent(rest / totalMs)],
    ['in all', totalMs.toFixed(1), percent(1)],
  ]);
}
