/** The picture library with a fake worker: what it holds, and which tiles it requests. */
import { expose, transfer } from 'comlink';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type Picture, PictureLibrary } from '../../../renderer/canvas/picture-library.ts';
import type { Tile } from '../../../renderer/editor/picture-levels.ts';

let channel: MessageChannel;
let library: PictureLibrary;
let tiles: string[];
let closed: string[];
let failures: unknown[];
let opens: string[];
let renamed: string[];
let refiled: string[];

const named = ({ level, column, row }: Tile) => `${level} ${column} ${row}`;
const tile = (column: number, row = 0): Tile => ({ level: 0, column, row });

beforeEach(() => {
  channel = new MessageChannel();
  tiles = [];
  closed = [];
  failures = [];
  opens = [];
  renamed = [];
  refiled = [];
  expose(
    {
      open: async (id: string, file: Blob) => {
        if (id === 'broken' || (await file.text()) === 'undecodable') throw new Error('not a picture');
        opens.push(id);
        // In Node, a transferred port has `close` on the receiving side, as a bitmap has in a browser.
        const { port1: base } = new MessageChannel();
        return transfer({ width: 9000, height: 6000, base }, [base]);
      },
      tile: (id: string, _size: unknown, wanted: Tile) => {
        tiles.push(named(wanted));
        if (id === 'bad-tiles') throw new Error('no tile');
        return { of: named(wanted) };
      },
      rename: (name: string, id: string) => {
        renamed.push(`${name} is ${id}`);
      },
      setFile: async (id: string, file: Blob) => {
        refiled.push(`${id} from ${file.size} bytes`);
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

const open = (id: string): Promise<Picture> => library.open(id);

it('opens a picture once for all viewers, and closes it some time after the last one leaves', async () => {
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

it('requests the visible tiles in order, and drops those that are no longer visible', async () => {
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
  // The first one had already been requested.
  expect(tiles).toEqual(['0 3 0', '0 8 0', '0 9 0']);
  expect(library.tile(picture, tile(2))).toBeUndefined();
});

it('reports once that tiles cannot be made, and lets an unreadable picture be opened again', async () => {
  const picture = await open('bad-tiles');
  library.want(picture, [tile(0), tile(1)]);
  await vi.waitFor(() => expect(failures).toHaveLength(1));
  expect(tiles).toEqual(['0 0 0']);
  await expect(library.open('broken')).rejects.toThrow('not a picture');
  await expect(library.open('broken')).rejects.toThrow('not a picture');
});

it('shows a file during its import without first reading it back from the project', async () => {
  const prepared = library.prepare(new Blob(['jpeg']));
  prepared.adopt('photo', { width: 9000, height: 6000 });
  expect(await open('photo')).toMatchObject({ id: 'photo', width: 9000, height: 6000 });
  expect(opens).toEqual(['file-1']);
  expect(renamed).toEqual(['file-1 is photo']);
  // The file may change on disk: from here on the project's copy is decoded.
  await vi.waitFor(() => expect(refiled).toEqual(['photo from 0 bytes']));
});

it('reads from the project what the browser cannot decode or what was imported at another size', async () => {
  library.prepare(new Blob(['undecodable'])).adopt('tiff', { width: 9000, height: 6000 });
  await open('tiff');
  library.prepare(new Blob(['jpeg'])).adopt('cropped', { width: 4500, height: 6000 });
  await open('cropped');
  expect(opens).toEqual(['tiff', 'file-2', 'cropped']);
  expect(renamed).toEqual([]);
});

it('closes a file that was not imported or that the project already had', async () => {
  library.prepare(new Blob(['jpeg'])).discard();
  await vi.waitFor(() => expect(closed).toEqual(['file-1']));
  await open('known');
  library.prepare(new Blob(['jpeg'])).adopt('known', { width: 9000, height: 6000 });
  await vi.waitFor(() => expect(closed).toEqual(['file-1', 'file-2']));
});
