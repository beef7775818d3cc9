/**
 * ONNX Runtime sessions: created from graphs, checked for the needed inputs and outputs, counted until released.
 */
import * as ort from 'onnxruntime-node';
import type { ComponentGraph, GraphPort } from '../../../native-models/graph/index.ts';
import { StudioError } from '../../contract/errors.ts';
import { isOutOfMemory, MEMORY_ADVICE } from '../../foundation/out-of-memory.ts';
import type { EngineDevice } from './devices.ts';

let openSessions = 0;

/** Number of open sessions; tests check that it returns to zero. */
export function openSessionCount(): number {
  return openSessions;
}

/** What the sessions of a component have cost in this process, in milliseconds. */
export interface SessionWork {
  readonly createMs: number;
  readonly runMs: number;
}

const work = new Map<string, SessionWork>();

/** The costs so far by component; `bench --profile` shows where a render's time goes. */
export function sessionWork(): ReadonlyMap<string, SessionWork> {
  return new Map(work);
}

/** Adds the time since `startMs` to a component's work. */
function charge(component: string, kind: keyof SessionWork, startMs: number): void {
  const before = work.get(component) ?? { createMs: 0, runMs: 0 };
  work.set(component, { ...before, [kind]: before[kind] + performance.now() - startMs });
}

/** Weights, as stored, from which on a session on the CPU is created with little memory. */
const LARGE_WEIGHT_BYTES = 500e6;

/**
 * Options that save memory on the CPU (docs/decisions/0197).
 *
 * ONNX Runtime's own layout of convolutions makes calls of small models a tenth to a third faster, those of Stable
 * Diffusion's models not at all; and the weights are copied into it while a session is created, which doubles the peak.
 * Its arena takes memory in powers of two and keeps it.
 */
function memoryOptions(
  { report }: EngineDevice,
  weightBytes: number,
  savesMemory: boolean,
): ort.InferenceSession.SessionOptions {
  if (report.device !== 'cpu') return {};
  return {
    ...((savesMemory || weightBytes > LARGE_WEIGHT_BYTES) && { graphOptimizationLevel: 'extended' }),
    ...(savesMemory && { enableCpuMemArena: false }),
  };
}

/** A session with its checked names. */
export interface ModelSession {
  /**
   * @param feeds one tensor per input
   * @param outputs names of the outputs to compute; work that only others need is skipped
   * @throws StudioError OUT_OF_MEMORY, INTERNAL
   */
  run(
    feeds: Readonly<Record<string, ort.Tensor>>,
    outputs: readonly string[],
  ): Promise<Record<string, ort.Tensor>>;
  release(): Promise<void>;
  /** The inputs and outputs declared in the model's file. */
  readonly inputs: readonly ort.InferenceSession.ValueMetadata[];
  readonly outputs: readonly ort.InferenceSession.ValueMetadata[];
}

/**
 * Creates a session.
 *
 * @param component for messages: 'unet', 'vae_decoder', ...
 * @param graph from buildComponentGraph, or a file; without inputs and outputs the caller checks them
 * @param savesMemory whether calls take little memory, and more time
 * @throws StudioError MODEL_INVALID when the graph cannot be loaded or its inputs and outputs differ from the
 * builder's declaration; OUT_OF_MEMORY
 */
export async function createSession(
  component: string,
  graph: Pick<ComponentGraph, 'bytes' | 'externalFolder'> &
    Partial<Pick<ComponentGraph, 'inputs' | 'outputs' | 'weightBytes'>>,
  device: EngineDevice,
  savesMemory = false,
): Promise<ModelSession> {
  let session: ort.InferenceSession;
  const startMs = performance.now();
  try {
    session = await ort.InferenceSession.create(graph.bytes, {
      ...device.sessionOptions,
      ...memoryOptions(device, graph.weightBytes ?? 0, savesMemory),
      extra: {
        session: {
          ...device.sessionEntries,
          model_external_initializers_file_folder_path: graph.externalFolder,
        },
      },
    });
  } catch (cause) {
    throw sessionError(cause, 'MODEL_INVALID', `The model ${component} cannot be loaded`);
  }
  charge(component, 'createMs', startMs);
  openSessions++;
  let released: Promise<void> | undefined;
  const release = () => {
    released ??= session.release().then(() => {
      openSessions--;
    });
    return released;
  };
  try {
    if (graph.inputs) checkPorts(component, 'input', session.inputMetadata, graph.inputs);
    if (graph.outputs) checkPorts(component, 'output', session.outputMetadata, graph.outputs);
  } catch (error) {
    await release();
    throw error;
  }
  return {
    inputs: session.inputMetadata,
    outputs: session.outputMetadata,
    release,
    run: async (feeds, outputs) => {
      const runStartMs = performance.now();
      try {
        return (await session.run(feeds, [...outputs])) as Record<string, ort.Tensor>;
      } catch (cause) {
        throw sessionError(cause, 'INTERNAL', `The model ${component} failed`);
      } finally {
        charge(component, 'runMs', runStartMs);
      }
    },
  };
}

/**
 * Compares a session's inputs or outputs with the needed ones.
 *
 * @throws StudioError MODEL_INVALID naming the port and both sides
 */
export function checkPorts(
  component: string,
  kind: 'input' | 'output',
  found: readonly ort.InferenceSession.ValueMetadata[],
  needed: readonly GraphPort[],
): void {
  const describe = (type: string, dims: readonly (number | string)[]) => `${type} [${dims.join(', ')}]`;
  for (const port of needed) {
    const match = found.find(({ name }) => name === port.name);
    if (match === undefined) {
      throw new StudioError('MODEL_INVALID', `The model ${component} has no ${kind} "${port.name}".`);
    }
    const shape = match.isTensor ? match.shape : [];
    const fits =
      match.isTensor &&
      match.type === port.type &&
      shape.length === port.dims.length &&
      // A named size matches any; a number must be equal.
      port.dims.every(
        (dim, axis) => typeof dim === 'string' || typeof shape[axis] === 'string' || dim === shape[axis],
      );
    if (!fits) {
      throw new StudioError(
        'MODEL_INVALID',
        `The ${kind} "${port.name}" of the model ${component} is ` +
          `${match.isTensor ? describe(match.type, shape) : 'no tensor'}; ` +
          `${describe(port.type, port.dims)} is needed.`,
      );
    }
  }
  const extra = found.filter(({ name }) => !needed.some((port) => port.name === name));
  if (kind === 'input' && extra.length > 0) {
    throw new StudioError(
      'MODEL_INVALID',
      `The model ${component} needs inputs that this program does not provide: ${extra.map(({ name }) => name).join(', ')}.`,
    );
  }
}

/** An error of ONNX Runtime, with our code and its message. */
export function sessionError(cause: unknown, code: 'MODEL_INVALID' | 'INTERNAL', what: string): StudioError {
  const detail = cause instanceof Error ? cause.message : String(cause);
  if (isOutOfMemory(cause)) {
    return new StudioError('OUT_OF_MEMORY', `${what}: there is too little memory. ${MEMORY_ADVICE}`, {
      cause,
    });
  }
  return new StudioError(code, `${what}: ${detail}`, { cause });
}
