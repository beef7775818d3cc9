/** Every corruption of a safetensors file is a GraphError with a code; never a crash, never made-up numbers. */
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GraphError, type GraphErrorCode } from '../../../native-models/graph/graph-error.ts';
import { openSafetensors, type SafetensorsFile } from '../../../native-models/graph/safetensors.ts';
import {
  findNonFiniteTensors,
  readTensorAsFloat32,
  readTensorBytes,
} from '../../../native-models/graph/safetensors-values.ts';
import { goldenFolder } from './golden-session.ts';

interface Entry {
  dtype: unknown;
  shape: unknown;
  data_offsets: unknown;
}

/** A valid file: 2 x 3 float32 at 0..24, two float16 at 24..28, an empty tensor. */
const soundHeader = (): Record<string, Entry> => ({
  weight: { dtype: 'F32', shape: [2, 3], data_offsets: [0, 24] },
  bias: { dtype: 'F16', shape: [2], data_offsets: [24, 28] },
  nothing: { dtype: 'I64', shape: [0, 4], data_offsets: [28, 28] },
});
const soundData = new Uint8Array(28);
new Float32Array(soundData.buffer, 0, 6).set([0, 1, -2, 3.5, 1e-8, 1e8]);
new Uint16Array(soundData.buffer, 24, 2).set([0x3c00, 0xc248]); // 1, -3.140625

function fileBytes(header: unknown, data: Uint8Array = soundData, claimedLength?: bigint): Uint8Array {
  const json = typeof header === 'string' ? header : JSON.stringify(header);
  const text = new TextEncoder().encode(json);
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, claimedLength ?? BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'safetensors-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function open(bytes: Uint8Array): SafetensorsFile {
  const path = join(folder, 'model.safetensors');
  writeFileSync(path, bytes);
  return openSafetensors(path);
}

function codeOf(action: () => unknown): GraphErrorCode | 'no error' {
  try {
    action();
    return 'no error';
  } catch (error) {
    if (error instanceof GraphError) return error.code;
    throw error;
  }
}

describe('a valid file', () => {
  test('gives every tensor’s location and values', () => {
    const file = open(fileBytes({ __metadata__: { format: 'pt' }, ...soundHeader() }));
    expect(file.metadata.get('format')).toBe('pt');
    expect([...file.tensors.keys()]).toEqual(['weight', 'bias', 'nothing']);
    expect(file.tensors.get('weight')).toMatchObject({ dtype: 'F32', shape: [2, 3], byteLength: 24 });
    expect([...readTensorAsFloat32(file, 'weight')]).toEqual([0, 1, -2, 3.5, Math.fround(1e-8), 1e8]);
    expect([...readTensorAsFloat32(file, 'bias')]).toEqual([1, -3.140625]);
    expect(readTensorAsFloat32(file, 'nothing')).toHaveLength(0);
  });

  test('may pad its header with spaces', () => {
    const json = `${JSON.stringify(soundHeader())}       `;
    expect(open(fileBytes(json)).tensors.size).toBe(3);
  });

  test('may contain no tensors', () => {
    expect(open(fileBytes({}, new Uint8Array(0))).tensors.size).toBe(0);
  });

  test('may name a tensor __proto__', () => {
    const json = '{"__proto__":{"dtype":"U8","shape":[28],"data_offsets":[0,28]}}';
    expect(open(fileBytes(json)).tensors.get('__proto__')?.byteLength).toBe(28);
  });

  test.each([
    [0x0000, 0],
    [0x0001, 2 ** -24],
    [0x03ff, 1023 * 2 ** -24],
    [0x0400, 2 ** -14],
    [0x7bff, 65504],
    [0xfbff, -65504],
    [0x7c00, Number.POSITIVE_INFINITY],
    [0xfc00, Number.NEGATIVE_INFINITY],
    [0x7e00, Number.NaN],
  ])('reads the float16 %i', (bits, expected) => {
    const header = { x: { dtype: 'F16', shape: [], data_offsets: [0, 2] } };
    const file = open(fileBytes(header, new Uint8Array(Uint16Array.of(bits).buffer)));
    expect(readTensorAsFloat32(file, 'x')[0]).toEqual(expected);
  });

  test.each<[string, ArrayBufferView<ArrayBuffer>, number[]]>([
    ['BF16', Uint16Array.of(0x3f80, 0xc049), [1, -3.140625]],
    ['F64', Float64Array.of(0.5, -1e30), [0.5, Math.fround(-1e30)]],
    ['I64', BigInt64Array.of(-5n, 7n), [-5, 7]],
    ['I32', Int32Array.of(-5, 7), [-5, 7]],
    ['U8', Uint8Array.of(0, 255), [0, 255]],
    ['BOOL', Uint8Array.of(0, 1), [0, 1]],
  ])('reads %s', (dtype, data, expected) => {
    const header = { x: { dtype, shape: [2], data_offsets: [0, data.byteLength] } };
    const file = open(fileBytes(header, new Uint8Array(data.buffer)));
    expect([...readTensorAsFloat32(file, 'x')]).toEqual(expected);
  });
});

test.each<[string, ArrayBufferView<ArrayBuffer>, boolean]>([
  ['F16', Uint16Array.of(0x7bff, 0xfbff), false],
  ['F16', Uint16Array.of(0, 0x7c01), true],
  ['BF16', Uint16Array.of(0x7f7f, 0xff80), true],
  ['F32', Float32Array.of(-3.4e38, 1e-40), false],
  ['F32', Float32Array.of(0, Number.NaN), true],
  ['F64', Float64Array.of(1e308, -1e-310), false],
  ['F64', Float64Array.of(1, Number.NEGATIVE_INFINITY), true],
  ['I64', BigInt64Array.of(-1n, -1n), false],
])('finds non-finite values in %s, %o', (dtype, data, isBroken) => {
  const header = { x: { dtype, shape: [2], data_offsets: [0, data.byteLength] } };
  const file = open(fileBytes(header, new Uint8Array(data.buffer)));
  expect(findNonFiniteTensors(file)).toEqual(isBroken ? ['x'] : []);
});

describe('a broken file', () => {
  const withEntry = (name: string, change: Partial<Entry>) => {
    const header = soundHeader();
    header[name] = { ...header[name]!, ...change };
    return fileBytes(header);
  };

  test.each<[string, () => Uint8Array, GraphErrorCode]>([
    ['empty', () => new Uint8Array(0), 'SAFETENSORS_TRUNCATED'],
    ['shorter than its length field', () => new Uint8Array(7), 'SAFETENSORS_TRUNCATED'],
    [
      'a header longer than the file',
      () => fileBytes(soundHeader(), soundData, 5000n),
      'SAFETENSORS_TRUNCATED',
    ],
    [
      'an absurd header length',
      () => fileBytes(soundHeader(), soundData, 2n ** 63n),
      'SAFETENSORS_BAD_HEADER',
    ],
    ['a header of no bytes', () => fileBytes('', new Uint8Array(0)), 'SAFETENSORS_BAD_HEADER'],
    ['a header that is not JSON', () => fileBytes('{"weight": '), 'SAFETENSORS_BAD_HEADER'],
    ['a header that is a list', () => fileBytes('[]'), 'SAFETENSORS_BAD_HEADER'],
    ['a pickle', () => fileBytes('\x80\x02}q\x00'), 'SAFETENSORS_BAD_HEADER'],
    [
      'metadata that is not text',
      () => fileBytes({ __metadata__: { a: 1 }, ...soundHeader() }),
      'SAFETENSORS_BAD_HEADER',
    ],
    ['an entry that is null', () => fileBytes({ weight: null }), 'SAFETENSORS_BAD_HEADER'],
    ['an unknown dtype', () => withEntry('bias', { dtype: 'F4' }), 'SAFETENSORS_UNKNOWN_DTYPE'],
    [
      'a dtype from the prototype',
      () => withEntry('bias', { dtype: 'toString' }),
      'SAFETENSORS_UNKNOWN_DTYPE',
    ],
    ['a negative size', () => withEntry('weight', { shape: [-2, -3] }), 'SAFETENSORS_BAD_HEADER'],
    ['a fractional size', () => withEntry('weight', { shape: [1.5, 4] }), 'SAFETENSORS_BAD_HEADER'],
    ['a size of text', () => withEntry('weight', { shape: ['6'] }), 'SAFETENSORS_BAD_HEADER'],
    [
      'sizes whose product overflows',
      () => withEntry('weight', { shape: [2 ** 52, 2 ** 52] }),
      'SAFETENSORS_BAD_OFFSET',
    ],
    ['a shape larger than its bytes', () => withEntry('weight', { shape: [3, 3] }), 'SAFETENSORS_BAD_OFFSET'],
    ['offsets in reverse', () => withEntry('weight', { data_offsets: [24, 0] }), 'SAFETENSORS_BAD_OFFSET'],
    ['negative offsets', () => withEntry('weight', { data_offsets: [-24, 0] }), 'SAFETENSORS_BAD_OFFSET'],
    ['three offsets', () => withEntry('weight', { data_offsets: [0, 24, 28] }), 'SAFETENSORS_BAD_OFFSET'],
    ['no offsets', () => withEntry('weight', { data_offsets: undefined }), 'SAFETENSORS_BAD_OFFSET'],
    ['offsets past the end', () => withEntry('bias', { data_offsets: [26, 30] }), 'SAFETENSORS_TRUNCATED'],
    ['overlapping tensors', () => withEntry('bias', { data_offsets: [22, 26] }), 'SAFETENSORS_BAD_OFFSET'],
    [
      'a hole',
      () => fileBytes({ x: { dtype: 'U8', shape: [4], data_offsets: [24, 28] } }),
      'SAFETENSORS_BAD_OFFSET',
    ],
    [
      'bytes after the last tensor',
      () => fileBytes(soundHeader(), new Uint8Array(29)),
      'SAFETENSORS_BAD_OFFSET',
    ],
  ])('%s', (_, make, code) => {
    expect(codeOf(() => open(make()))).toBe(code);
  });

  test('is named in the error, with the tensor', () => {
    expect(() => open(withEntry('weight', { shape: [3, 3] }))).toThrow(/model\.safetensors.*"weight"/);
  });

  test('does not exist', () => {
    expect(codeOf(() => openSafetensors(join(folder, 'absent.safetensors')))).toBe('FILE_UNREADABLE');
    expect(codeOf(() => openSafetensors(folder))).toBe('FILE_UNREADABLE');
  });

  test('lacks the requested tensor, or has shrunk meanwhile', () => {
    const file = open(fileBytes(soundHeader()));
    expect(codeOf(() => readTensorBytes(file, 'absent'))).toBe('TENSOR_MISSING');
    truncateSync(file.path, 100);
    expect(codeOf(() => readTensorBytes(file, 'weight'))).toBe('SAFETENSORS_TRUNCATED');
  });
});

describe('properties, on a real checkpoint', () => {
  const sound = readFileSync(join(goldenFolder, 'taesd/diffusion_pytorch_model.safetensors'));
  const headerLength = Number(sound.readBigUInt64LE(0));

  test('every truncation is an error', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: sound.length - 1 }), (length) => {
        expect(codeOf(() => open(sound.subarray(0, length)))).toMatch(/^SAFETENSORS_/);
      }),
    );
  });

  test('every change to the header is an error, or leaves all tensors inside the file', () => {
    const change = fc.record({ at: fc.nat(8 + headerLength - 1), byte: fc.nat(255) });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const bytes = Uint8Array.from(sound);
        for (const { at, byte } of changes) bytes[at] = byte;
        const code = codeOf(() => {
          const file = open(bytes);
          for (const { fileOffset, byteLength } of file.tensors.values()) {
            expect(fileOffset).toBeGreaterThan(8);
            expect(fileOffset + byteLength).toBeLessThanOrEqual(bytes.length);
          }
        });
        expect(code).toMatch(/^(no error|SAFETENSORS_.*)$/);
      }),
      { numRuns: 300 },
    );
  });

  test('every false statement about a tensor is an error', () => {
    const json = JSON.parse(sound.toString('utf8', 8, 8 + headerLength)) as Record<
      string,
      { data_offsets: number[] }
    >;
    const names = Object.keys(json).filter((name) => name !== '__metadata__');
    const lie = fc.record({
      name: fc.constantFrom(...names),
      end: fc.constantFrom(0, 1),
      shift: fc.integer({ min: -64, max: 64 }).filter((shift) => shift !== 0),
    });
    fc.assert(
      fc.property(lie, ({ name, end, shift }) => {
        const header = structuredClone(json);
        header[name]!.data_offsets[end]! += shift;
        const bytes = fileBytes(header, sound.subarray(8 + headerLength));
        expect(codeOf(() => open(bytes))).toMatch(/^SAFETENSORS_/);
      }),
    );
  });
});
