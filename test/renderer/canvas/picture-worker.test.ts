/** The worker that decodes large pictures, behind a message channel, with fake bitmaps. */
import { type Remote, wrap } from 'comlink';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { PictureWorkerService } from '../../../renderer/canvas/picture-worker.ts';

/** What this side of the channel knows about a bitmap. */
interface PlayedBitmap {
  readonly width: number;
  readonly height: number;
}

const LARGE = { width: 6000, height: 3000 };
const SMALL = { width: 640, height: 480 };

let channel: MessageChannel;
let service: Remote<PictureWorkerService>;
/** Every bitmap created, with its arguments. */
let made: string[];
let closed: string[];
let size: PlayedBitmap;

function bitmap(name: string, { width, height }: PlayedBitmap) {
  made.push(name);
  return { width, height, close: () => closed.push(name) };
}

/** A bitmap of a file, of a resized bitmap, or of a part of one. */
async function createImageBitmap(source: Blob | PlayedBitmap, ...rest: unknown[]) {
  if (source instanceof Blob) {
    const name = await source.text();
    if (name === 'broken') throw new Error('cannot be decoded');
    return bitmap(`all of ${name}`, size);
  }
  const [first, top, width, height] = rest as [
    number | { resizeWidth: number; resizeHeight: number },
    ...number[],
  ];
  if (typeof first === 'object') {
    return bitmap(`${first.resizeWidth} x ${first.resizeHeight}`, {
      width: first.resizeWidth,
      height: first.resizeHeight,
    });
  }
  return bitmap(`from ${first},${top}: ${width} x ${height}`, { width: width!, height: height! });
}

beforeAll(async () => {
  channel = new MessageChannel();
  vi.stubGlobal('createImageBitmap', createImageBitmap);
  // The worker's global scope, which comlink listens on and replies through. Transferred values are copied here.
  vi.stubGlobal('addEventListener', channel.port2.addEventListener.bind(channel.port2));
  vi.stubGlobal('removeEventListener', channel.port2.removeEventListener.bind(channel.port2));
  vi.stubGlobal('postMessage', (message: unknown) =>
    channel.port2.postMessage(JSON.parse(JSON.stringify(message))),
  );
  // It listens once loaded; another test of this process may have loaded it.
  vi.resetModules();
  await import('../../../renderer/canvas/picture-worker.ts');
  channel.port2.start();
  service = wrap<PictureWorkerService>(channel.port1);
});

afterAll(() => {
  channel.port1.close();
  vi.unstubAllGlobals();
});

beforeEach(() => {
  made = [];
  closed = [];
  size = LARGE;
});

const open = (id: string) => service.open(id, new File([id], `${id}.png`));

test('a small picture is transferred whole and not retained', async () => {
  size = SMALL;
  expect(await open('small')).toMatchObject({ ...SMALL, base: SMALL });
  expect(made).toEqual(['all of small']);
  await expect(service.tile('small', SMALL, { level: 0, column: 0, row: 0 })).rejects.toThrow('not open');
  // It belongs to the page now.
  await service.close('small');
  expect(closed).toEqual([]);
});

test('the coarsest level of a large one is transferred', async () => {
  expect(await open('large')).toMatchObject({ ...LARGE, base: { width: 1500, height: 750 } });
  await service.close('large');
  expect(closed).toEqual(['all of large']);
});

test('tiles are cut from their level, which is created once', async () => {
  await open('tiled');
  made = [];
  const tile = (column: number, level = 1) => service.tile('tiled', LARGE, { level, column, row: 1 });
  expect(await tile(0)).toMatchObject({ width: 1024, height: 476 });
  expect(await tile(2)).toMatchObject({ width: 952, height: 476 });
  expect(made).toEqual(['3000 x 1500', 'from 0,1024: 1024 x 476', 'from 2048,1024: 952 x 476']);
  made = [];
  expect(await tile(5, 0)).toMatchObject({ width: 880, height: 1024 });
  expect(made).toEqual(['from 5120,1024: 880 x 1024']);
  await service.close('tiled');
});

test('the least recently used levels are closed when they take too much memory', async () => {
  await open('first');
  await open('second');
  await open('third');
  await open('fourth');
  // 72 MB each, of 256 MiB.
  expect(closed).toEqual(['all of first']);
  made = [];
  await service.tile('first', LARGE, { level: 0, column: 0, row: 0 });
  expect(made).toEqual(['all of first', 'from 0,0: 1024 x 1024']);
  expect(closed).toEqual(['all of first', 'all of second']);
  for (const id of ['first', 'second', 'third', 'fourth']) await service.close(id);
});

test('a file that cannot be decoded is reported and delays nothing else', async () => {
  const broken = open('broken');
  const next = open('next');
  await expect(broken).rejects.toThrow('cannot be decoded');
  expect(await next).toMatchObject(LARGE);
  await service.close('next');
});

test('a picture opened from a file becomes the project’s when it is renamed, with its levels', async () => {
  await open('file-1');
  await service.rename('file-1', 'photo');
  made = [];
  await service.tile('photo', LARGE, { level: 0, column: 0, row: 0 });
  expect(made).toEqual(['from 0,0: 1024 x 1024']);
  await service.setFile('photo', new File(['from the project'], 'photo'));
  for (const id of ['second', 'third', 'fourth']) await open(id);
  expect(closed).toEqual(['all of file-1']);
  made = [];
  await service.tile('photo', LARGE, { level: 0, column: 0, row: 0 });
  expect(made).toEqual(['all of from the project', 'from 0,0: 1024 x 1024']);
  for (const id of ['photo', 'second', 'third', 'fourth']) await service.close(id);
});
