/**
 * Chooses the device for the models: the best one that works, with the reasons why better ones were skipped.
 * A device counts as working when a small graph has run on it; ONNX Runtime's list is only a hint, since the
 * libraries of a GPU provider may be missing. A fall-back is never silent: it is reported.
 */

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, cpus } from 'node:os';
import { dirname, join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { OnnxBuilder } from '../../../native-models/graph/onnx-builder.ts';
import { StudioError } from '../../contract/errors.ts';
import { type Notice, notice, noticeSentence } from '../../contract/notices.ts';
import type { DeviceReport } from '../../contract/progress.ts';
import { isOutOfMemory, MEMORY_ADVICE } from '../../foundation/out-of-memory.ts';
import type { StageSessions } from './stage-sessions.ts';

export type DeviceName = DeviceReport['device'];

/** 'auto' picks the best device that works; a name picks that device or fails. */
export type DeviceChoice = DeviceName | 'auto';

/** A device that works. */
export interface EngineDevice {
  readonly report: DeviceReport;
  readonly sessionOptions: ort.InferenceSession.SessionOptions;
  /** Further session options by ONNX Runtime's own names, without their prefix 'session.'. */
  readonly sessionEntries: Readonly<Record<string, string>>;
  /** Half precision pays off only on GPUs; models that overflow in it opt out. */
  readonly precision: 'float32' | 'float16';
  /** Where memory is short: keeps only the sessions of the stage in use. */
  readonly stages?: StageSessions;
}

/** The properties of the machine that the choice depends on; tests pass other machines. */
export interface DeviceEnvironment {
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  /** ONNX Runtime's names of the providers in this build. */
  readonly providers: readonly string[];
  /** Why a provider's libraries cannot be used, if that shows without loading them; or null. */
  readonly missingLibrary: (device: DeviceName) => Notice | null;
  /** Runs a small graph with the options; rejects when the device does not work. */
  readonly probe: (options: ort.InferenceSession.SessionOptions) => Promise<void>;
}

const providerNames: Readonly<Record<DeviceName, string>> = {
  cuda: 'cuda',
  tensorrt: 'tensorrt',
  directml: 'dml',
  webgpu: 'webgpu',
  coreml: 'coreml',
  cpu: 'cpu',
};

/** Devices that 'auto' considers, best first; TensorRT is used by name only (docs/decisions/0199). */
function candidates(platform: NodeJS.Platform): DeviceName[] {
  if (platform === 'win32') return ['directml', 'webgpu', 'cpu'];
  if (platform === 'darwin') return ['coreml', 'webgpu', 'cpu'];
  return ['cuda', 'webgpu', 'cpu'];
}

/** Devices used only on request, until their pictures have been compared with the CPU's. */
const ON_REQUEST_ONLY: readonly DeviceName[] = ['webgpu', 'coreml'];

/** Devices whose models run in half precision. */
const HALF_PRECISION: readonly DeviceName[] = ['cuda', 'tensorrt', 'directml'];

/**
 * Chooses the device.
 *
 * @throws StudioError DEVICE_UNAVAILABLE when a device was requested by name and does not work; OUT_OF_MEMORY
 */
export async function chooseDevice(
  choice: DeviceChoice,
  environment: DeviceEnvironment = thisMachine(),
): Promise<EngineDevice> {
  const passedOver: DeviceReport['passedOver'] = [];
  const asked = choice === 'auto' ? candidates(environment.platform) : [choice];
  for (const device of asked) {
    const options = sessionOptions(device);
    const isHeldBack = choice === 'auto' && ON_REQUEST_ONLY.includes(device);
    const reason = isHeldBack
      ? notice('DEVICE_ON_REQUEST', { device })
      : await reasonAgainst(device, options, environment);
    if (reason === null) return engineDevice(device, options, passedOver);
    passedOver.push({ device, reason });
  }
  if (passedOver.at(-1)?.reason.code === 'DEVICE_WITHOUT_MEMORY') {
    throw new StudioError(
      'OUT_OF_MEMORY',
      `There is too little memory to start the models on the device ${passedOver.at(-1)!.device}. ${MEMORY_ADVICE}`,
    );
  }
  const reasons = passedOver.map(({ device, reason }) => `${device}: ${noticeSentence(reason)}`).join('; ');
  throw new StudioError(
    'DEVICE_UNAVAILABLE',
    choice === 'auto'
      ? `No device can run the models. ${reasons}.`
      : `The device ${choice} cannot be used here. ${reasons}.`,
  );
}

async function reasonAgainst(
  device: DeviceName,
  options: ort.InferenceSession.SessionOptions,
  { platform, arch, providers, missingLibrary, probe }: DeviceEnvironment,
): Promise<Notice | null> {
  if (!providers.includes(providerNames[device])) {
    return notice('DEVICE_NOT_BUILT', { platform, arch });
  }
  const missing = missingLibrary(device);
  if (missing !== null) return missing;
  try {
    await probe(options);
    return null;
  } catch (error) {
    return isOutOfMemory(error)
      ? notice('DEVICE_WITHOUT_MEMORY', {})
      : notice('AS_WRITTEN', { text: firstLine(error) });
  }
}

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.trim().split('\n')[0]!.slice(0, 300);
}

function sessionOptions(device: DeviceName): ort.InferenceSession.SessionOptions {
  return {
    // Without 'cpu' as the second choice: ONNX Runtime still runs single operators that a GPU provider lacks on the
    // CPU, but a provider that cannot start is an error instead of a silent change of device.
    executionProviders:
      device === 'tensorrt'
        ? // TensorRT lacks the operators of com.microsoft; CUDA, which it needs anyway, runs those.
          [providerNames.tensorrt, providerNames.cuda]
        : [providerNames[device]],
    graphOptimizationLevel: 'all',
    intraOpNumThreads: threadCount(),
    logSeverityLevel: 3,
    enableCpuMemArena: true,
  };
}

function engineDevice(
  device: DeviceName,
  options: ort.InferenceSession.SessionOptions,
  passedOver: DeviceReport['passedOver'],
): EngineDevice {
  const isCpu = device === 'cpu';
  return {
    report: {
      device,
      name: isCpu ? processorName() : device,
      ...(isCpu && { threads: threadCount() }),
      passedOver,
    },
    sessionOptions: options,
    // Threads that spin between operators take the processor from other programs, above all the editor. Measured next
    // to one busy process: 115 ms per row with spinning, 77 ms without.
    sessionEntries: { 'intra_op.allow_spinning': '0' },
    precision: HALF_PRECISION.includes(device) ? 'float16' : 'float32',
  };
}

function processorName(): string {
  return cpus()[0]?.model.trim() || 'processor';
}

/**
 * Threads for the CPU: those available to the process, halved if two hardware threads share a core, which does not
 * help matrix products. Node does not report that; more than eight are assumed to be shared.
 */
function threadCount(): number {
  const available = availableParallelism();
  return available > 8 ? Math.ceil(available / 2) : available;
}

function thisMachine(): DeviceEnvironment {
  return {
    platform: process.platform,
    arch: process.arch,
    providers: ort.listSupportedBackends().map(({ name }) => name),
    missingLibrary: missingProviderLibrary,
    probe: runProbe,
  };
}

/** Trying to load a missing library makes ONNX Runtime write to the terminal; checking first does not. */
function missingProviderLibrary(device: DeviceName): Notice | null {
  if ((device !== 'cuda' && device !== 'tensorrt') || process.platform !== 'linux') return null;
  const entry = createRequire(import.meta.url).resolve('onnxruntime-node');
  const binaries = join(dirname(entry), '..', 'bin', 'napi-v6', process.platform, process.arch);
  return existsSync(join(binaries, `libonnxruntime_providers_${device}.so`))
    ? null
    : notice('DEVICE_LIBRARY_MISSING', { device });
}

/** Adds 1 to 1. */
async function runProbe(options: ort.InferenceSession.SessionOptions): Promise<void> {
  const graph = new OnnxBuilder();
  const x = graph.input('x', 'float32', [1]);
  graph.output('y', graph.node('Add', [x, x], 'float32'), [1]);
  const session = await ort.InferenceSession.create(graph.serialize('probe'), options);
  try {
    const { y } = await session.run({ x: new ort.Tensor('float32', Float32Array.of(1), [1]) });
    if (y?.data[0] !== 2) throw new Error('it computes wrong results');
  } finally {
    await session.release();
  }
}
