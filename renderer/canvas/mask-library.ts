/** Masks by content hash: read once, cached while there is room, written in the worker. */
import { type Remote, wrap } from 'comlink';
import type { AssetId } from '../../electron/contract/render-request.ts';
import type { MaskOperation } from '../editor/mask-operations.ts';
import { copyPlane, type MaskPlane } from '../editor/mask-plane.ts';
import type { Size } from '../editor/view-transform.ts';
import type { MaskWorkerService } from './mask-worker.ts';

/** Size of the cache of decoded masks in bytes, so that undo is instant. */
const KEPT_BYTES = 48 * 2 ** 20;

export class MaskLibrary {
  readonly #worker: Worker;
  readonly #service: Remote<MaskWorkerService>;
  readonly #readAsset: (id: AssetId) => Promise<Uint8Array<ArrayBuffer>>;
  /** In order of last use. */
  readonly #planes = new Map<AssetId, MaskPlane>();
  #keptBytes = 0;

  constructor(readAsset: (id: AssetId) => Promise<Uint8Array<ArrayBuffer>>) {
    this.#readAsset = readAsset;
    this.#worker = new Worker(new URL('./mask-worker.ts', import.meta.url), { type: 'module' });
    this.#service = wrap<MaskWorkerService>(this.#worker);
  }

  /**
   * A mask, resampled to a size of its aspect. The caller must not change it.
   *
   * @throws StudioError ASSET_MISSING, ASSET_INVALID, SIZE_MISMATCH, HOST_UNREACHABLE
   */
  async load(id: AssetId, size: Size): Promise<MaskPlane> {
    const known = this.#planes.get(id);
    if (known && known.width === size.width && known.height === size.height) {
      this.#keep(id, known);
      return known;
    }
    const { width, height } = size;
    const plane = await this.#service.decode(await this.#readAsset(id), { width, height });
    this.#keep(id, plane);
    return plane;
  }

  /** Caches a mask that was just saved. */
  remember(id: AssetId, plane: MaskPlane): void {
    this.#keep(id, plane);
  }

  async encode(plane: MaskPlane): Promise<Uint8Array<ArrayBuffer>> {
    return this.#service.encode(plane);
  }

  /** Runs an operation on a whole mask. @returns a new plane */
  async operate(plane: MaskPlane, operation: MaskOperation): Promise<MaskPlane> {
    return this.#service.operate(copyPlane(plane), operation);
  }

  release(): void {
    this.#worker.terminate();
    this.#planes.clear();
  }

  #keep(id: AssetId, plane: MaskPlane): void {
    this.#keptBytes += plane.data.length - (this.#planes.get(id)?.data.length ?? 0);
    this.#planes.delete(id);
    this.#planes.set(id, plane);
    for (const [oldest, old] of this.#planes) {
      if (this.#keptBytes <= KEPT_BYTES || oldest === id) break;
      this.#planes.delete(oldest);
      this.#keptBytes -= old.data.length;
    }
  }
}
