/** The exported sheet of a sweep, whose labels are readable beside pictures of any size. */
import { beforeEach, expect, test, vi } from 'vitest';
import { drawContactSheet } from '../../../../renderer/panels/sheets/contact-sheet.ts';

/** Sizes of pictures by their address. */
const SIZES: Readonly<Record<string, readonly [number, number]>> = {
  small: [256, 192],
  huge: [6000, 4000],
  thin: [16_000, 5],
};

class PlayedImage {
  src = '';

  get naturalWidth(): number {
    return SIZES[this.src]![0];
  }

  get naturalHeight(): number {
    return SIZES[this.src]![1];
  }

  async decode(): Promise<void> {}
}

interface Drawn {
  readonly src: string;
  readonly box: readonly number[];
}

let drawn: Drawn[];
let canvas: { width: number; height: number };

beforeEach(() => {
  drawn = [];
  const context = {
    fillRect: () => undefined,
    fillText: () => undefined,
    measureText: () => ({ width: 60 }),
    drawImage: ({ src }: PlayedImage, ...box: number[]) => drawn.push({ src, box }),
  };
  const made = {
    width: 0,
    height: 0,
    getContext: () => context,
    toBlob: (done: (blob: Blob) => void) => done(new Blob()),
  };
  canvas = made;
  vi.stubGlobal('document', { createElement: () => made });
  vi.stubGlobal('Image', PlayedImage);
});

const sheetOf = (...urls: (string | null)[]) => drawContactSheet([{ label: 'row', urls }], urls.map(String));

test('pictures of large backgrounds are shown smaller, others at their own size', async () => {
  await sheetOf('huge', null, 'huge');
  expect(drawn.map(({ box }) => box)).toEqual([
    [104, 44, 1024, 683],
    [104 + 2 * 1032, 44, 1024, 683],
  ]);
  expect([canvas.width, canvas.height]).toEqual([96 + 3 * 1032 + 8, 36 + 691 + 8]);
  await sheetOf(null, 'small');
  expect(drawn.at(-1)).toEqual({ src: 'small', box: [104 + 264, 44, 256, 192] });
  await sheetOf('thin');
  expect(drawn.at(-1)!.box.slice(2)).toEqual([1024, 1]);
});

test('a sheet without a picture is refused', async () => {
  await expect(sheetOf(null)).rejects.toThrow('The sweep has no picture yet.');
});
