/**
 * The layers of the scene's masks, in sync with the document: saves painted masks, loads the document's masks, and
 * repaints what the previous page could not save.
 */
import { StudioError } from '../../electron/contract/errors.ts';
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

/** Wait before a mask is read again from a host that could not be reached. */
const RETRY_MS = 500;

export interface LayerEvents {
  /** A layer was added or removed, or a mask was loaded or committed. */
  readonly changed: () => void;
  /** Pixels changed. */
  readonly redraw: () => void;
  /**
   * A layer's mask is about to be replaced.
   *
   * @returns whether the current gesture is on it and goes on, on top of the new mask
   */
  readonly replacing: (targetId: string) => boolean;
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
    const repeat = (session: MaskSession) => replayGesture(session, gesture);
    void this.save(targetId, layer, { kind: 'gesture', label }, repeat).then((id) => {
      if (id !== undefined) this.#log.named(gesture, id);
    });
  }

  /**
   * Replaces a layer's mask once the new one is computed, and saves it in the project shown now.
   *
   * @param make from the newest mask, which may itself still be computed; it must not change that
   */
  async put(
    targetId: string,
    make: (newest: MaskPlane) => Promise<MaskPlane>,
    change: MaskChange,
  ): Promise<void> {
    const layer = this.#layers.get(targetId);
    if (layer) await this.#put(targetId, layer, this.#making(layer, make), change);
  }

  /** A mask as it will be shown once everything before is computed. Not to be changed. */
  newest(layer: MaskLayer): Promise<MaskPlane> {
    return this.#making(layer, async (plane) => plane);
  }

  /** Computes from the newest mask: a second operation must not start from what the first one is about to replace. */
  #making(layer: MaskLayer, make: (newest: MaskPlane) => Promise<MaskPlane>): Promise<MaskPlane> {
    const before = layer.making;
    const made =
      before === undefined
        ? make(layer.session.shown)
        : // One that failed was reported, and has changed nothing.
          before.catch(() => layer.session.shown).then(make);
    layer.making = made;
    const end = () => {
      if (layer.making === made) layer.making = undefined;
    };
    made.then(end, end);
    return made;
  }

  async #put(
    targetId: string,
    layer: MaskLayer,
    made: Promise<MaskPlane>,
    change: MaskChange,
  ): Promise<AssetId | null | undefined> {
    const saved = this.#send(targetId, layer, made, change);
    const { lastSave } = layer;
    // If it cannot be computed, saving has failed too, and reported it.
    const plane = await made.catch(() => undefined);
    // Gestures painted since come after it in the history too.
    if (plane !== undefined && this.#layers.get(targetId) === layer && layer.lastSave === lastSave) {
      const goesOn = this.#events.replacing(targetId);
      layer.session.replace(plane);
      layer.session.commit();
      layer.image.draw(plane, planeRect(plane));
      if (goesOn) this.#repaintCurrent(layer);
      this.colour(layer);
      this.#events.changed();
      this.#events.redraw();
    }
    return saved;
  }

  /**
   * Commits the shown mask and saves it.
   *
   * @param repeat does the same to another mask: the one that an operation still computes, or that is still loaded
   * @returns its id, null when blank, undefined when saving failed, which is reported
   */
  save(
    targetId: string,
    layer: MaskLayer,
    change: MaskChange,
    repeat: (session: MaskSession) => void,
  ): Promise<AssetId | null | undefined> {
    const plane = layer.session.commit();
    this.colour(layer);
    if (layer.making === undefined) return this.#send(targetId, layer, plane, change);
    const made = this.#making(layer, async (newest) => {
      const session = new MaskSession(copyPlane(newest));
      repeat(session);
      return session.commit();
    });
    return this.#put(targetId, layer, made, change);
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
    // Whatever was being loaded is not the document's mask any more.
    layer.loading = null;
    layer.making = undefined;
    if (layer.maskId === maskId) {
      this.#resumeOn(targetId, layer);
      return;
    }
    if (maskId === null) {
      this.#show(targetId, layer, maskPlane(this.#size.width, this.#size.height), null);
      return;
    }
    layer.loading = maskId;
    // What is painted or computed meanwhile belongs on top of it.
    this.#making(layer, () => this.#read(targetId, layer, maskId))
      .then((plane) => {
        if (layer.loading !== maskId || this.#layers.get(targetId) !== layer) return;
        layer.loading = null;
        if (layer.saving > 0) return;
        this.#show(targetId, layer, plane, maskId);
      })
      .catch((error: unknown) => {
        // A later one may be on its way.
        if (layer.loading !== maskId) return;
        layer.loading = null;
        this.#host.fail(error);
      });
  }

  /** Reads a mask, again until the host can be reached: what is painted meanwhile waits for it. */
  async #read(targetId: string, layer: MaskLayer, maskId: AssetId): Promise<MaskPlane> {
    const size = this.#size;
    for (;;) {
      try {
        return await this.#library.load(maskId, size);
      } catch (error) {
        const isLost = error instanceof StudioError && error.code === 'HOST_UNREACHABLE';
        if (!isLost) throw error;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
        // Nothing waits for it any more.
        const isWanted = layer.loading === maskId && this.#layers.get(targetId) === layer;
        if (!isWanted && layer.saving === 0) throw error;
      }
    }
  }

  #show(targetId: string, layer: MaskLayer, plane: MaskPlane, maskId: AssetId | null): void {
    const goesOn = this.#events.replacing(targetId);
    layer.maskId = maskId;
    layer.session = new MaskSession(copyPlane(plane));
    layer.image.draw(plane, planeRect(plane));
    this.colour(layer);
    this.#resumeOn(targetId, layer);
    if (goesOn) this.#repaintCurrent(layer);
    this.#events.changed();
    this.#events.redraw();
  }

  /** Paints the current gesture on top of another mask: that one came while the pointer was down. */
  #repaintCurrent(layer: MaskLayer): void {
    for (const effect of this.#log.current) layer.image.invalidate(layer.session.paint(effect));
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
