/**
 * Pictures for the canvas, of any supported size: the coarsest level is kept whole, finer levels as tiles of the
 * visible part (editor/picture-levels.ts). Memory is bounded for pictures of any size.
 */
import { type Remote, wrap } from 'comlink';
import type { AssetId } from '../../electron/contract/render-request.ts';
import { baseLevel, type Tile } from '../editor/picture-levels.ts';
import type { Size } from '../editor/view-transform.ts';
import type { CutOut, CutOutOptions } from './cut-out-pixels.ts';
import type { PictureWorkerService } from './picture-worker.ts';

/** A drawable picture. */
export interface Picture {
  readonly id: AssetId;
  /** Size in pixels of the file. */
  readonly width: number;
  readonly height: number;
  /** The whole picture, at most 2048 pixels a side. */
  readonly base: ImageBitmap;
}

/** Number of cached tiles, of 4 MiB each: about three screens. */
const KEPT_TILES = 48;
/** Number of unused pictures kept, so that undo is instant. */
const KEPT_UNUSED = 4;

/** A picture decoded from the user's file while the project imports it. */
export interface PreparedPicture {
  /** The project has it now, at a size in pixels: opening the asset returns the decoded picture. */
  readonly adopt: (id: AssetId, size: Size) => void;
  /** It is not needed any more. */
  readonly discard: () => void;
}

interface Entry {
  readonly picture: Promise<Picture>;
  users: number;
}

export class PictureLibrary {
  readonly #worker: Worker;
  readonly #service: Remote<PictureWorkerService>;
  readonly #readAsset: (id: AssetId) => Promise<Uint8Array<ArrayBuffer>>;
  /** In the order of their last use. */
  readonly #entries = new Map<AssetId, Entry>();
  /** In the order of their last use. */
  readonly #tiles = new Map<string, ImageBitmap>();
  readonly #wanted = new Map<Picture, readonly Tile[]>();
  readonly #listeners = new Set<() => void>();
  #isLoading = false;
  #prepared = 0;
  readonly #fail: (error: unknown) => void;

  /** @param fail called when a tile cannot be made; the picture then stays coarse */
  constructor(readAsset: (id: AssetId) => Promise<Uint8Array<ArrayBuffer>>, fail: (error: unknown) => void) {
    this.#readAsset = readAsset;
    this.#fail = fail;
    this.#worker = new Worker(new URL('./picture-worker.ts', import.meta.url), { type: 'module' });
    this.#service = wrap<PictureWorkerService>(this.#worker);
  }

  /** Calls the listener when a requested tile arrives. @returns unsubscribes */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Opens a picture, which stays open until {@link release} is called as often.
   *
   * @throws StudioError ASSET_MISSING, HOST_UNREACHABLE; the browser's error for a file that it cannot decode
   */
  open(id: AssetId): Promise<Picture> {
    const known = this.#entries.get(id);
    const entry: Entry = known ?? { picture: this.#read(id), users: 0 };
    entry.users++;
    this.#entries.delete(id);
    this.#entries.set(id, entry);
    // A failed one may be retried.
    if (!known) entry.picture.catch(() => this.#entries.delete(id));
    return entry.picture;
  }

  /**
   * Starts decoding a file during its import, so that the picture appears as soon as the project has it. A file that
   * the browser cannot decode, or that the import resized, is read from the project as usual.
   */
  prepare(file: Blob): PreparedPicture {
    this.#prepared++;
    const name = `file-${this.#prepared}`;
    const opening = this.#service.open(name, file);
    const discard = () => {
      void opening.then(
        ({ base }) => {
          base.close();
          void this.#service.close(name);
        },
        () => undefined,
      );
    };
    return {
      discard,
      adopt: (id, { width, height }) => {
        if (this.#entries.has(id)) {
          discard();
          return;
        }
        const picture = opening.then(
          async (opened) => {
            if (opened.width !== width || opened.height !== height) {
              discard();
              return this.#read(id);
            }
            await this.#service.rename(name, id);
            // The worker keeps no file of a small picture.
            if (baseLevel(opened) > 0) void this.#decodeFromAsset(id);
            return { id, ...opened };
          },
          () => this.#read(id),
        );
        picture.catch(() => this.#entries.delete(id));
        this.#entries.set(id, { picture, users: 0 });
      },
    };
  }

  release(id: AssetId): void {
    const entry = this.#entries.get(id);
    if (!entry) return;
    entry.users--;
    const unused = [...this.#entries].filter(([, { users }]) => users <= 0);
    for (const [old, { picture }] of unused.slice(0, -KEPT_UNUSED)) {
      this.#entries.delete(old);
      void this.#service.close(old);
      void picture.then(
        (opened) => {
          this.#wanted.delete(opened);
          opened.base.close();
        },
        () => undefined,
      );
    }
  }

  /** A tile, if already available. */
  tile(picture: Picture, tile: Tile): ImageBitmap | undefined {
    const name = nameOf(picture, tile);
    const found = this.#tiles.get(name);
    if (!found) return undefined;
    this.#tiles.delete(name);
    this.#tiles.set(name, found);
    return found;
  }

  /** Requests the visible tiles of a picture, most urgent first, replacing earlier requests. */
  want(picture: Picture, tiles: readonly Tile[]): void {
    const missing = tiles.slice(0, KEPT_TILES).filter((tile) => !this.#tiles.has(nameOf(picture, tile)));
    if (missing.length === 0) this.#wanted.delete(picture);
    else this.#wanted.set(picture, missing);
    void this.#load();
  }

  /**
   * Cuts out a concept's picture for the canvas.
   *
   * @param subject white on the subject; null: use the picture's own opacity
   * @throws StudioError ASSET_MISSING, HOST_UNREACHABLE; the browser's error for a file that it cannot decode
   */
  async cutOut(picture: AssetId, subject: AssetId | null, options: CutOutOptions): Promise<CutOut> {
    const [pictureFile, subjectFile] = await Promise.all([
      this.#file(picture),
      subject === null ? null : this.#file(subject),
    ]);
    return this.#service.cutOut(pictureFile, subjectFile, options);
  }

  close(): void {
    this.#worker.terminate();
  }

  async #read(id: AssetId): Promise<Picture> {
    return { id, ...(await this.#service.open(id, await this.#file(id))) };
  }

  /** The user's file may have changed or gone by the time it must be decoded again. */
  async #decodeFromAsset(id: AssetId): Promise<void> {
    try {
      await this.#service.setFile(id, await this.#file(id));
    } catch (error) {
      this.#fail(error);
    }
  }

  async #file(id: AssetId): Promise<Blob> {
    return new Blob([await this.#readAsset(id)]);
  }

  async #load(): Promise<void> {
    if (this.#isLoading) return;
    this.#isLoading = true;
    for (;;) {
      const [next] = this.#wanted;
      if (!next) break;
      const [picture, [tile, ...others]] = next as [Picture, readonly [Tile, ...Tile[]]];
      if (others.length === 0) this.#wanted.delete(picture);
      else this.#wanted.set(picture, others);
      const { id, width, height } = picture;
      try {
        this.#keep(nameOf(picture, tile), await this.#service.tile(id, { width, height }, tile));
      } catch (error) {
        this.#wanted.delete(picture);
        // The picture may have been closed meanwhile.
        if (this.#entries.has(id)) this.#fail(error);
        continue;
      }
      for (const listener of this.#listeners) listener();
    }
    this.#isLoading = false;
  }

  #keep(name: string, tile: ImageBitmap): void {
    this.#tiles.get(name)?.close();
    this.#tiles.set(name, tile);
    for (const [oldest, old] of this.#tiles) {
      if (this.#tiles.size <= KEPT_TILES) break;
      this.#tiles.delete(oldest);
      old.close();
    }
  }
}

function nameOf({ id }: Picture, { level, column, row }: Tile): string {
  return `${id} ${level} ${column} ${row}`;
}
