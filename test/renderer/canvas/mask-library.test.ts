/** The mask library with its worker in the same process. */
import { expose } from 'comlink';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MaskLibrary } from '../../../renderer/canvas/mask-library.ts';
import { decodeMask, encodeMask } from '../../../renderer/canvas/mask-png.ts';
import { operateOnMask } from '../../../renderer/editor/mask-operations.ts';
import { type MaskPlane, maskPlane } from '../../../renderer/editor/mask-plane.ts';
import { resamplePlane } from '../../../renderer/editor/resample-plane.ts';
import type { Size } from '../../../renderer/editor/view-transform.ts';

let channel: MessageChannel;
let reads: string[];
let library: MaskLibrary;

const SIZE = { width: 4, height: 4 };
const LARGE = { width: 4096, height: 4096 };

const plane = (value: number, side = 4) =>
  maskPlane(side, side, new Uint8ClampedArray(side * side).fill(value));

beforeEach(() => {
  channel = new MessageChannel();
  channel.port1.start();
  channel.port2.start();
  expose(
    {
      decode: (bytes: Uint8Array, size: Size) => resamplePlane(decodeMask(bytes), size),
      encode: (mask: MaskPlane) => encodeMask(mask),
      operate: (mask: MaskPlane, operation: Parameters<MaskLibrary['operate']>[1]) =>
        operateOnMask(mask, operation),
    },
    channel.port2,
  );
  // `new Worker` returns the other end of the channel.
  vi.stubGlobal('Worker', function played() {
    return Object.assign(channel.port1, { terminate: () => {} });
  });
  reads = [];
  library = new MaskLibrary(async (id) => {
    reads.push(id);
    return encodeMask(plane(Number(id)));
  });
});

afterEach(() => {
  library.release();
  channel.port1.close();
});

describe('the library', () => {
  it('reads a mask once', async () => {
    expect(await library.load('7', SIZE)).toEqual(plane(7));
    expect(await library.load('7', SIZE)).toEqual(plane(7));
    expect(reads).toEqual(['7']);
  });

  it('has a mask that was just saved, without reading it', async () => {
    library.remember('9', plane(9));
    expect(await library.load('9', SIZE)).toEqual(plane(9));
    expect(reads).toEqual([]);
  });

  it('evicts the least recently used mask when it is full, and never the newest', async () => {
    await library.load('1', SIZE);
    // There is room for exactly three of 16 MiB.
    for (const id of ['large-1', 'large-2', 'large-3']) library.remember(id, plane(1, 4096));
    reads.length = 0;
    await library.load('large-3', LARGE);
    await library.load('large-2', LARGE);
    expect(reads).toEqual([]);
    await library.load('1', SIZE);
    expect(reads).toEqual(['1']);
  });

  it('resizes a mask as requested, and reads it again for another size', async () => {
    expect(await library.load('7', { width: 8, height: 8 })).toEqual(plane(7, 8));
    expect(await library.load('7', SIZE)).toEqual(plane(7));
    expect(await library.load('7', SIZE)).toEqual(plane(7));
    expect(reads).toEqual(['7', '7']);
  });

  it('writes a mask and works on one without detaching it', async () => {
    const mask = plane(255);
    expect(decodeMask(await library.encode(mask))).toEqual(mask);
    expect(await library.operate(mask, { kind: 'invert' })).toEqual(plane(0));
    expect(mask).toEqual(plane(255));
  });

  it('fails if reading fails', async () => {
    const broken = new MaskLibrary(async () => {
      throw new Error('gone');
    });
    await expect(broken.load('1', SIZE)).rejects.toThrow('gone');
  });
});
