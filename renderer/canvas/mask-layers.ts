/**
 * The layers of the scene's masks, in sync with the document: saves painted masks, loads the document's masks, and
 * repaints what the previous page could not save.
 */
import type { AssetId } from '../../electron/contract/render-request.ts';
import { GestureLog, missingGestures, type RecordedGesture, replayGesture } from '../editor/gesture-log.ts';
import { copyPlane, type MaskPlane, maskPlane, planeRect } from '../editor/mask-plane.ts';
import { MaskSession } from '../editor/mask-session.ts';
import type { PaintableMask } from '../editor/mask-target.ts';
import type { UnderlyingPicture } from '../editor/overlay-colour.ts';
import type { Size } from '../editor/view-transform.ts';
import { colourLayer, emptyLayer, type MaskLayer } from './mask-layer.ts';
import type { MaskLibrary } from './mask-library.ts';
import type { MaskChange, WorkbenchEvents } from './workbench-events.ts';

export interface LayerEvents {
  /** A layer was added or removed, or a mask was loaded or committed. */
  readonly changed: () => void;
  /** Pixels changed. */
  readonly redraw: () => void;
  /** A layer's mask is about to be replaced: the current gesture on it must end. */
  readonly replacing: (targetId: string) => void;
}

export class MaskLayers {
  readonly #library: MaskLibrary;
  readonly #host: Pick<WorkbenchEvents, 'saveMask' | 'currentMask' | 'fail'>;
  readonly #events: LayerEvents;
  readonly #layers = new Map<string, MaskLayer>();
  readonly #log = new GestureLog();
  #size: Size = { width: 1, height: 1 };
  #picture: UnderlyingPicture | undefined;
  #saveCount = 0;
  /** Gestures of the previous page, until their masks are loaded. */
  #left: readonly RecordedGesture[] = [];

  constructor(
    library: MaskLibrary,
    host: Pick<WorkbenchEvents, 'saveMask' | 'currentMask' | 'fail'>,
    events: LayerEvents,
  ) {
    this.#library = library;
    this.#host = host;
    this.#events = events;
  }

  /** The effects of the current gesture, and the gestures on their way to the host. */
  get log(): GestureLog {
    return this.#log;
  }

  /** Size of the masks, in their pixels. */
  get size(): Size {
    return this.#size;
  }

  /** Number of finished gestures and operations. */
  get saveCount(): number {
    return this.#saveCount;
  }

  get(targetId: string | null): MaskLayer | undefined {
    return targetId === null ? undefined : this.#layers.get(targetId);
  }

  /** Drops every layer: another project is shown, whose concepts may have the same ids. */
  clear(): void {
    this.#layers.clear();
  }

  /** Drops every layer: masks have another size. */
  resize({ width, height }: Size): void {
    this.clear();
    this.#size = { width, height };
  }

  /** Follows the document: a layer for each mask, as it is there. */
  follow(masks: readonly PaintableMask[]): void {
    for (const id of this.#layers.keys()) {
      if (!masks.some((mask) => mask.id === id)) this.#layers.delete(id);
    }
    for (const { id, mask, colour } of masks) {
      let layer = this.#layers.get(id);
      if (!layer) {
        layer = emptyLayer({ colour }, this.#size);
        this.#layers.set(id, layer);
      }
      if (layer.colour !== colour) {
        layer.colour = colour;
        this.colour(layer);
      }
      this.#catchUp(id, layer, mask);
    }
  }

  /** Sets the picture under the masks, so that their colours stand out from it. */
  setPicture(picture: UnderlyingPicture | undefined): void {
    this.#picture = picture;
    for (const layer of this.#layers.values()) this.colour(layer);
  }

  /** Gives a layer a colour that stands out from the picture under its mask. */
  colour(layer: MaskLayer): void {
    colourLayer(layer, this.#picture);
  }

  /** Gestures that may not be in the history yet, of this page and the previous one. */
  unsaved(): readonly RecordedGesture[] {
    return [...this.#left, ...this.#log.unsaved];
  }

  /** Restores the gestures that the previous page left, each once its mask is loaded. */
  resume(gestures: readonly RecordedGesture[]): void {
    this.#left = gestures;
  }

  /** Saves the gesture just painted. */
  saveGesture(layer: MaskLayer, gesture: RecordedGesture): void {
    const { targetId, label } = gesture;
    this.#log.sent(gesture);
    void this.save(targetId, layer, { kind: 'gesture', label }).then((id) => {
      if (id !== undefined) this.#log.named(gesture, id);
    });
  }

  /** Replaces a layer's mask once the new one is computed, and saves it in the project shown now. */
  async put(targetId: string, made: Promise<MaskPlane>, change: MaskChange): Promise<void> {
    const layer = this.#layers.get(targetId);
    if (!layer) return;
    const saved = this.#send(targetId, layer, made, change);
    const { lastSave } = layer;
    // If it cannot be computed, saving has failed too, and reported it.
    const plane = await made.catch(() => undefined);
    // Gestures painted since come after it in the history too.
    if (plane !== undefined && this.#layers.get(targetId) === layer && layer.lastSave === lastSave) {
      this.#events.replacing(targetId);
      layer.session.replace(plane);
      layer.session.commit();
      layer.image.draw(plane, planeRect(plane));
      this.colour(layer);
      this.#events.changed();
      this.#events.redraw();
    }
    await saved;
  }

  /**
   * Commits the shown mask and saves it.
   * @returns its id, null when blank, undefined when saving failed, which is reported
   */
  save(targetId: string, layer: MaskLayer, change: MaskChange): Promise<AssetId | null | undefined> {
    const plane = layer.session.commit();
    this.colour(layer);
    return this.#send(targetId, layer, plane, change);
  }

  #send(
    targetId: string,
    layer: MaskLayer,
    plane: MaskPlane | Promise<MaskPlane>,
    change: MaskChange,
  ): Promise<AssetId | null | undefined> {
    layer.saving++;
    this.#saveCount++;
    layer.lastSave = this.#saveCount;
    this.#events.changed();
    return this.#host
      .saveMask(targetId, plane, change)
      .then(async (id) => {
        if (id !== null) this.#library.remember(id, await plane);
        layer.maskId = id;
        return id;
      })
      .catch((error: unknown) => {
        layer.maskId = undefined;
        this.#host.fail(error);
        return undefined;
      })
      .finally(() => {
        layer.saving--;
        if (this.#layers.get(targetId) === layer) {
          this.#catchUp(targetId, layer, this.#host.currentMask(targetId));
        }
      });
  }

  /** Loads the document's mask if another one is shown and no painted one is being saved. */
  #catchUp(targetId: string, layer: MaskLayer, maskId: AssetId | null): void {
    if (layer.saving > 0 || (layer.loading === maskId && maskId !== null)) return;
    if (layer.maskId === maskId) {
      layer.loading = null;
      this.#resumeOn(targetId, layer);
      return;
    }
    if (maskId === null) {
      layer.loading = null;
      this.#show(targetId, layer, maskPlane(this.#size.width, this.#size.height), null);
      return;
    }
    layer.loading = maskId;
    this.#library
      .load(maskId, this.#size)
      .then((plane) => {
        if (layer.loading !== maskId || this.#layers.get(targetId) !== layer) return;
        layer.loading = null;
        if (layer.saving > 0) return;
        this.#show(targetId, layer, plane, maskId);
      })
      .catch((error: unknown) => {
        layer.loading = null;
        this.#host.fail(error);
      });
  }

  #show(targetId: string, layer: MaskLayer, plane: MaskPlane, maskId: AssetId | null): void {
    this.#events.replacing(targetId);
    layer.maskId = maskId;
    layer.session = new MaskSession(copyPlane(plane));
    layer.image.draw(plane, planeRect(plane));
    this.colour(layer);
    this.#resumeOn(targetId, layer);
    this.#events.changed();
    this.#events.redraw();
  }

  /** Repaints what the previous page drew on a mask and could not save. */
  #resumeOn(targetId: string, layer: MaskLayer): void {
    const own = this.#left.filter((gesture) => gesture.targetId === targetId);
    if (own.length === 0 || layer.maskId === undefined) return;
    this.#left = this.#left.filter((gesture) => gesture.targetId !== targetId);
    for (const gesture of missingGestures(own, layer.maskId, this.#size)) {
      replayGesture(layer.session, gesture);
      this.saveGesture(layer, gesture);
    }
    layer.image.draw(layer.session.shown, planeRect(layer.session.shown));
    this.#events.redraw();
  }
}
