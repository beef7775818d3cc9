/** The library of pictures with a worker that is played: what it holds, and which tiles it asks for. */
import { expose } from 'comlink';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type Picture, PictureLibrary } from '../../../renderer/canvas/picture-library.ts';
import type { Tile } from '../../../renderer/editor/picture-levels.ts';

let channel: MessageChannel;
let library: PictureLibrary;
let tiles: string[];
let closed: string[];
let failures: unknown[];
let opens: string[];

const named = ({ level, column, row }: Tile) => `${level} ${column} ${row}`;
const tile = (column: number, row = 0): Tile => ({ level: 0, column, row });

beforeEach(() => {
  channel = new MessageChannel();
  tiles = [];
  closed = [];
  failures = [];
  opens = [];
  expose(
    {
      open: (id: string) => {
        if (id === 'broken') throw new Error('not a picture');
        opens.push(id);
        return { width: 9000, height: 6000, base: { of: id } };
      },
      tile: (id: string, _size: unknown, wanted: Tile) => {
        tiles.push(named(wanted));
        if (id === 'bad-tiles') throw new Error('no tile');
        return { of: named(wanted) };
      },
      close: (id: string) => {
        closed.push(id);
      },
    },
    channel.port2,
  );
  channel.port2.start();
  vi.stubGlobal('Worker', function played() {
    return Object.assign(channel.port1, { terminate: () => {} });
  });
  library = new PictureLibrary(
    async () => new Uint8Array(),
    (error) => failures.push(error),
  );
});

afterEach(() => {
  library.close();
  channel.port1.close();
  vi.unstubAllGlobals();
});

/** Plays `close`, which a bitmap that came through a message has in a browser. */
async function open(id: string): Promise<Picture> {
  const picture = await library.open(id);
  return Object.assign(picture, { base: Object.assign(picture.base, { close: () => {} }) });
}

it('opens a picture once for all who show it, and closes it some time after the last', async () => {
  await open('one');
  await open('one');
  expect(opens).toEqual(['one']);
  library.release('one');
  for (const id of ['a', 'b', 'c', 'd', 'e']) {
    await open(id);
    library.release(id);
  }
  await vi.waitFor(() => expect(closed).toEqual(['a']));
  library.release('one');
  await vi.waitFor(() => expect(closed).toContain('one'));
});

it('asks for the tiles in sight in their order, and for none that is out of sight again', async () => {
  const picture = await open('one');
  const first = new Promise<void>((resolve) => {
    const stop = library.subscribe(() => {
      stop();
      resolve();
    });
  });
  library.want(picture, [tile(3), tile(2), tile(4)]);
  library.want(picture, [tile(8), tile(9)]);
  await first;
  await vi.waitFor(() => expect(library.tile(picture, tile(9))).toBeDefined());
  // The first one was on its way already.
  expect(tiles).toEqual(['0 3 0', '0 8 0', '0 9 0']);
  expect(library.tile(picture, tile(2))).toBeUndefined();
});

it('says once that tiles cannot be made, and lets a picture be opened again that could not be read', async () => {
  const picture = await open('bad-tiles');
  library.want(picture, [tile(0), tile(1)]);
  await vi.waitFor(() => expect(failures).toHaveLength(1));
  expect(tiles).toEqual(['0 0 0']);
  await expect(library.open('broken')).rejects.toThrow('not a picture');
  await expect(library.open('broken')).rejects.toThrow('not a picture');
});
