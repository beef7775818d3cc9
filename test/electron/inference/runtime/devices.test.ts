/** The choice of a device on simulated machines, and the checks on sessions. */

import * as ort from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { notice } from '../../../../electron/contract/notices.ts';
import { chooseDevice, type DeviceEnvironment } from '../../../../electron/inference/runtime/devices.ts';
import {
  checkPorts,
  createSession,
  openSessionCount,
  sessionError,
} from '../../../../electron/inference/runtime/sessions.ts';
import { asStudioError } from '../../../../electron/inference/runtime/studio-errors.ts';
import { OnnxBuilder } from '../../../../native-models/graph/onnx-builder.ts';

const machine = (changes: Partial<DeviceEnvironment> = {}): DeviceEnvironment => ({
  platform: 'linux',
  arch: 'x64',
  providers: ['cpu', 'webgpu', 'cuda'],
  missingLibrary: () => null,
  probe: async () => undefined,
  ...changes,
});

describe('choosing a device', () => {
  test('CUDA if it works, in half precision', async () => {
    const device = await chooseDevice('auto', machine());
    expect(device.report).toMatchObject({ device: 'cuda', passedOver: [] });
    expect(device.precision).toBe('float16');
    expect(device.sessionOptions.executionProviders).toEqual(['cuda']);
  });

  test('the CPU if CUDA does not start, with the reason', async () => {
    const device = await chooseDevice(
      'auto',
      machine({
        probe: async ({ executionProviders }) => {
          if (executionProviders?.[0] === 'cuda') throw new Error('libcudnn.so.9: cannot open\nmore');
        },
      }),
    );
    expect(device.report).toMatchObject({
      device: 'cpu',
      threads: expect.any(Number),
      passedOver: [
        { device: 'cuda', reason: notice('AS_WRITTEN', { text: 'libcudnn.so.9: cannot open' }) },
        { device: 'webgpu', reason: notice('DEVICE_ON_REQUEST', { device: 'webgpu' }) },
      ],
    });
    expect(device.precision).toBe('float32');
  });

  test.each([
    ['win32', 'directml', ['cpu', 'dml', 'webgpu']],
    ['darwin', 'cpu', ['cpu', 'coreml', 'webgpu']],
    ['linux', 'cpu', ['cpu']],
  ] as const)('%s: %s', async (platform, expected, providers) => {
    const device = await chooseDevice('auto', machine({ platform, providers }));
    expect(device.report.device).toBe(expected);
  });

  test('a machine without enough memory for any device is reported as such', async () => {
    const probe = async () => {
      throw new Error('PosixThread::PosixThread(...) pthread_create failed, error code: 12');
    };
    for (const choice of ['auto', 'cpu'] as const) {
      await expect(chooseDevice(choice, machine({ probe }))).rejects.toMatchObject({
        code: 'OUT_OF_MEMORY',
        message: expect.stringMatching(/device cpu\. Close other programs/),
      });
    }
  });

  test('a device requested by name is used, or an error says why not: never another one', async () => {
    const webgpu = await chooseDevice('webgpu', machine());
    expect(webgpu.report.device).toBe('webgpu');
    await expect(chooseDevice('directml', machine())).rejects.toMatchObject({
      code: 'DEVICE_UNAVAILABLE',
      message: expect.stringMatching(/directml.*does not have it/),
    });
    const failing = machine({ probe: () => Promise.reject(new Error('no such device')) });
    await expect(chooseDevice('cuda', failing)).rejects.toMatchObject({
      code: 'DEVICE_UNAVAILABLE',
      message: expect.stringMatching(/no such device/),
    });
    const bare = machine({ missingLibrary: (device) => notice('DEVICE_LIBRARY_MISSING', { device }) });
    await expect(chooseDevice('cuda', bare)).rejects.toMatchObject({
      message: expect.stringMatching(/not installed/),
    });
  });

  test('TensorRT by name only, with CUDA for what it lacks, in half precision', async () => {
    const providers = ['cpu', 'webgpu', 'cuda', 'tensorrt'];
    const device = await chooseDevice('tensorrt', machine({ providers }));
    expect(device.report).toMatchObject({ device: 'tensorrt', passedOver: [] });
    expect(device.sessionOptions.executionProviders).toEqual(['tensorrt', 'cuda']);
    expect(device.precision).toBe('float16');
    expect((await chooseDevice('auto', machine({ providers }))).report.device).toBe('cuda');
    await expect(chooseDevice('tensorrt', machine())).rejects.toMatchObject({
      code: 'DEVICE_UNAVAILABLE',
      message: expect.stringMatching(/tensorrt.*does not have it/),
    });
  });

  test.runIf(process.platform === 'linux' && process.arch === 'x64')(
    'ONNX Runtime’s build for Linux knows TensorRT; its library comes with CUDA’s',
    async () => {
      expect(ort.listSupportedBackends().map(({ name }) => name)).toEqual(
        expect.arrayContaining(['cuda', 'tensorrt']),
      );
    },
  );

  test('this machine has a CPU', async () => {
    expect((await chooseDevice('cpu')).report.device).toBe('cpu');
  });
});

describe('the check of a model’s inputs and outputs', () => {
  const found = [
    { name: 'x', isTensor: true, type: 'float32', shape: ['batch', 4] },
  ] as ort.InferenceSession.ValueMetadata[];
  const port = { name: 'x', type: 'float32', dims: ['batch', 4] } as const;

  test('accepts a model that fits', () => {
    checkPorts('unet', 'input', found, [port]);
  });

  test.each([
    ['a name', { ...port, name: 'y' }, /unet has no input "y"/],
    ['a type', { ...port, type: 'int64' }, /float32 \[batch, 4\]; int64 \[batch, 4\] is needed/],
    ['a size', { ...port, dims: ['batch', 5] }, /\[batch, 4\]; float32 \[batch, 5\]/],
    ['a rank', { ...port, dims: ['batch'] }, /\[batch, 4\]; float32 \[batch\]/],
  ] as const)('names %s that differs', (_, needed, message) => {
    expect(() => checkPorts('unet', 'input', found, [needed])).toThrow(message);
  });

  test('names an input that nothing supplies', () => {
    expect(() => checkPorts('unet', 'input', found, [])).toThrow(/does not provide: x/);
    checkPorts('unet', 'output', found, []);
  });

  test('releases a session that fails it', async () => {
    const graph = new OnnxBuilder();
    graph.output('y', graph.node('Neg', [graph.input('x', 'float32', [1])], 'float32'), [1]);
    const device = await chooseDevice('cpu');
    const before = openSessionCount();
    const create = (dims: number[]) =>
      createSession(
        'probe',
        {
          bytes: graph.serialize('probe'),
          externalFolder: '.',
          inputs: [{ name: 'x', type: 'float32', dims }],
          outputs: [],
        },
        device,
      );
    await expect(create([2])).rejects.toMatchObject({ code: 'MODEL_INVALID' });
    expect(openSessionCount()).toBe(before);
    const session = await create([1]);
    expect(openSessionCount()).toBe(before + 1);
    const { y } = await session.run({ x: new ort.Tensor('float32', Float32Array.of(2), [1]) }, ['y']);
    expect(y?.data[0]).toBe(-2);
    await expect(
      session.run({ z: new ort.Tensor('float32', Float32Array.of(2), [1]) }, ['y']),
    ).rejects.toMatchObject({ code: 'INTERNAL', message: expect.stringMatching(/The model probe failed/) });
    await session.release();
    await session.release();
    expect(openSessionCount()).toBe(before);
  });
});

test.each([
  'std::bad_alloc',
  'Non-zero status code returned ... Failed to allocate memory for requested buffer of size 1024',
  'CUDA failure 2: out of memory ; GPU=0',
  'DXGI error 8007000E Not enough memory resources',
  'env.cc:251 PosixThread::PosixThread(...) pthread_create failed, error code: 11 error msg: Resource temporarily unavailable',
  'env.cc:251 PosixThread::PosixThread(...) pthread_create failed, error code: 12 error msg: Cannot allocate memory',
  'mmap unet.safetensors failed, errcode 12 - Cannot allocate memory',
  'The paging file is too small for this operation to complete.',
  'Array buffer allocation failed',
])('running out of memory is recognised: %s', (message) => {
  for (const code of ['INTERNAL', 'MODEL_INVALID'] as const) {
    expect(sessionError(new Error(message), code, 'It failed')).toMatchObject({
      code: 'OUT_OF_MEMORY',
      message: expect.stringMatching(/^It failed: there is too little memory. Close other programs/),
    });
  }
  expect(asStudioError(new RangeError(message)).code).toBe('OUT_OF_MEMORY');
});
