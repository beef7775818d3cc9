/**
 * The worker that decodes large pictures and cuts tiles from their levels, so that no animation frame is delayed. A
 * decoded picture takes four bytes per pixel: the least recently used ones are closed, and decoded again when needed.
 */
import { expose, transfer } from 'comlink';
import type { AssetId } from '../../electron/contract/render-request.ts';
import { baseLevel, levelSize, type Tile, tileRect } from '../editor/picture-levels.ts';
import { type CutOut, type CutOutOptions, cutOut } from './cut-out-pixels.ts';

/** Size of the cache of decoded levels in bytes; the one in use is always kept. */
const KEPT_BYTES = 256 * 2 ** 20;

/** The whole picture at its coarsest level, and its size. */
export interface OpenedPicture {
  readonly width: number;
  readonly height: number;
  readonly base: ImageBitmap;
}

/** By asset id, or by a picture's temporary name. */
const files = new Map<string, Blob>();
/** Levels by picture and number, in order of last use. */
const levels = new Map<string, ImageBitmap>();

function keep(name: string, bitmap: ImageBitmap): ImageBitmap {
  levels.delete(name);
  levels.set(name, bitmap);
  const sizeOf = ({ width, height }: ImageBitmap) => 4 * width * height;
  let kept = [...levels.values()].reduce((sum, level) => sum + sizeOf(level), 0);
  for (const [oldest, level] of levels) {
    if (kept <= KEPT_BYTES || oldest === name) break;
    kept -= sizeOf(level);
    level.close();
    levels.delete(oldest);
  }
  return bitmap;
}

async function levelOf(id: string, level: number): Promise<ImageBitmap> {
  const name = `${id} ${level}`;
  const known = levels.get(name);
  if (known) return keep(name, known);
  if (level > 0) {
    const whole = await levelOf(id, 0);
    return keep(name, await scaled(whole, level));
  }
  const file = files.get(id);
  if (!file) throw new Error('The picture is not open.');
  return keep(name, await createImageBitmap(file));
}

async function scaled(whole: ImageBitmap, level: number): Promise<ImageBitmap> {
  const { width, height } = levelSize(whole, level);
  return createImageBitmap(whole, { resizeWidth: width, resizeHeight: height, resizeQuality: 'high' });
}

let turn: Promise<unknown> = Promise.resolve();

/** One at a time: two decodings at once would take twice the memory. */
function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  const result = turn.then(work);
  turn = result.catch(() => undefined);
  return result;
}

const service = {
  /** @throws DOMException for a file that the browser cannot decode */
  open: (id: string, file: Blob): Promise<OpenedPicture> =>
    inTurn(async () => {
      files.set(id, file);
      const whole = await levelOf(id, 0);
      const { width, height } = whole;
      const level = baseLevel({ width, height });
      if (level > 0) {
        const base = await scaled(whole, level);
        return transfer({ width, height, base }, [base]);
      }
      // A small picture has no tiles.
      files.delete(id);
      levels.delete(`${id} 0`);
      return transfer({ width, height, base: whole }, [whole]);
    }),
  tile: (id: AssetId, picture: { width: number; height: number }, tile: Tile): Promise<ImageBitmap> =>
    inTurn(async () => {
      const { left, top, right, bottom } = tileRect(picture, tile);
      const bitmap = await createImageBitmap(
        await levelOf(id, tile.level),
        left,
        top,
        right - left,
        bottom - top,
      );
      return transfer(bitmap, [bitmap]);
    }),
  cutOut: (picture: Blob, subject: Blob | null, options: CutOutOptions): Promise<CutOut> =>
    inTurn(async () => {
      const whole = await createImageBitmap(picture);
      let shape: ImageBitmap | null = null;
      let made: CutOut;
      try {
        shape = subject && (await createImageBitmap(subject));
        made = await cutOut(whole, shape, options);
      } finally {
        whole.close();
        shape?.close();
      }
      const moved = [made.picture, made.cover.buffer, ...(made.shadow ? [made.shadow.outline] : [])];
      return transfer(made, moved);
    }),
  /** A picture opened under a temporary name is in the project now. */
  rename: (name: string, id: AssetId): void => {
    const file = files.get(name);
    if (file) files.set(id, file);
    files.delete(name);
    for (const [known, level] of [...levels]) {
      if (!known.startsWith(`${name} `)) continue;
      levels.delete(known);
      levels.set(`${id}${known.slice(name.length)}`, level);
    }
  },
  /** From now on an open picture is decoded from this file, if needed again. */
  setFile: (id: AssetId, file: Blob): void => {
    if (files.has(id)) files.set(id, file);
  },
  close: (id: string): void => {
    files.delete(id);
    for (const [name, level] of levels) {
      if (!name.startsWith(`${id} `)) continue;
      level.close();
      levels.delete(name);
    }
  },
};

export type PictureWorkerService = typeof service;

expose(service);
