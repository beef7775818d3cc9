/**
 * The placed pictures on the canvas: their cut-outs, and the current gesture on one of them. It lives outside React:
 * a drag changes where a picture is drawn and requests a redraw; React learns of a gesture when it is committed.
 */
import type { Placement } from '../../electron/contract/placement.ts';
import type { AssetId } from '../../electron/contract/render-request.ts';
import type { DocumentConcept } from '../../electron/contract/scene-document.ts';
import type { PixelRect, Point } from '../editor/mask-plane.ts';
import {
  concludePlace,
  PLACE_IDLE,
  type PlacedItem,
  type PlaceGesture,
  type PlaceInput,
  type PlaceScene,
  type PlaceState,
  type PlaceStep,
  stepPlace,
} from '../editor/place-tool.ts';
import { moveBy, type PlacedGeometry } from '../editor/placement.ts';
import type { SnapGuide } from '../editor/snapping.ts';
import type { Size } from '../editor/view-transform.ts';
import { COVER_SIDE, type CutOut, type CutOutOptions } from './cut-out-pixels.ts';
import type { PictureLibrary } from './picture-library.ts';
import { Watched } from './watched.ts';

/** A placed picture to draw. */
export interface PlacedPicture {
  readonly id: string;
  readonly placement: Placement;
  readonly cutOut: CutOut;
}

export interface PlaceEvents {
  /** Called when a picture was clicked. */
  select(conceptId: string): void;
  /** Called when a gesture ended, as one step of the history. */
  commit(conceptId: string, geometry: PlacedGeometry, gesture: PlaceGesture): void;
  fail(error: unknown): void;
}

interface Layer {
  concept: DocumentConcept;
  placement: Placement;
  cutOut: CutOut | undefined;
  /** Inputs of the current or pending cut-out. */
  wanted: string;
}

/** Listeners are called when pictures are added or removed, or a gesture ends. */
export class PlaceWorkbench extends Watched {
  readonly #library: Pick<PictureLibrary, 'cutOut'>;
  readonly #events: PlaceEvents;
  /** In layer order. */
  #layers: readonly Layer[] = [];
  #background: Size = { width: 1, height: 1 };
  #activeId: string | null = null;
  #scale = 1;
  #snaps = true;
  #state: PlaceState = PLACE_IDLE;
  /** Placement of a picture during a gesture, or until the document has its result. */
  #shown: { readonly id: string; readonly change: Partial<Placement> } | undefined;
  #guides: readonly SnapGuide[] = [];
  #isNudging = false;
  #redraw: () => void = () => {};

  constructor(library: Pick<PictureLibrary, 'cutOut'>, events: PlaceEvents) {
    super();
    this.#library = library;
    this.#events = events;
  }

  /** Called when a picture has to be redrawn. At most one canvas listens. */
  setRedraw(redraw: () => void): void {
    this.#redraw = redraw;
  }

  /** Whether a gesture is in progress that Escape would cancel. */
  get isActive(): boolean {
    return this.#state.drag !== undefined || this.#isNudging;
  }

  get guides(): readonly SnapGuide[] {
    return this.#guides;
  }

  /** The pictures to draw, back to front; pictures without a cut-out yet are omitted. */
  get pictures(): readonly PlacedPicture[] {
    return this.#layers.flatMap((layer) => {
      const { concept, cutOut } = layer;
      return cutOut ? [{ id: concept.id, placement: this.#placementOf(layer), cutOut }] : [];
    });
  }

  /** The active picture, as drawn now. */
  get active(): PlacedPicture | undefined {
    return this.pictures.find(({ id }) => id === this.#activeId);
  }

  /** Size of a concept's picture; undefined until known. */
  sizeOf(conceptId: string): Size | undefined {
    return this.#layers.find(({ concept }) => concept.id === conceptId)?.cutOut;
  }

  /** Bounds of the subject in a concept's picture, in picture pixels; undefined until known. */
  boundsOf(conceptId: string): PixelRect | undefined {
    return this.#layers.find(({ concept }) => concept.id === conceptId)?.cutOut?.bounds;
  }

  /** Whether a point, in background pixels, is on a placed picture's subject. */
  isOver(point: Point): boolean {
    const { effects } = stepPlace(
      PLACE_IDLE,
      { kind: 'down', point, shift: false, alt: false },
      {
        ...this.#scene,
        activeId: null,
      },
    );
    return effects.length > 0;
  }

  /** Follows the document: the placed concepts included in the render, and the active one. */
  follow(concepts: readonly DocumentConcept[], background: Size, activeId: string | null): void {
    const { width, height } = background;
    this.#background = { width, height };
    const isLeft = this.#activeId !== activeId;
    if (isLeft) this.conclude();
    this.#activeId = activeId;
    const before = this.#layers;
    this.#layers = concepts.flatMap((concept) => {
      const { id, mode, placement, visible, image } = concept;
      if (mode !== 'place' || placement === null || image === null) return [];
      if (!visible && id !== activeId) return [];
      const known = before.find((layer) => layer.concept.id === id);
      const layer: Layer = known ?? { concept, placement, cutOut: undefined, wanted: '' };
      layer.concept = concept;
      layer.placement = placement;
      return [layer];
    });
    for (const layer of before) if (!this.#layers.includes(layer)) this.#replace(layer, undefined);
    // An undo, or another window, may take away what is being moved.
    const heldId = this.#state.drag?.id ?? (this.#isNudging ? activeId : undefined);
    if (heldId !== undefined && !this.#layers.some(({ concept }) => concept.id === heldId)) this.cancel();
    if (!this.isActive) this.#shown = undefined;
    for (const layer of this.#layers) this.#cutOut(layer);
    this.changed();
    this.#redraw();
  }

  /** @param scale screen pixels per background pixel */
  setSettings({ scale = this.#scale, snaps = this.#snaps }: { scale?: number; snaps?: boolean }): void {
    this.#scale = scale;
    this.#snaps = snaps;
  }

  input(input: PlaceInput): void {
    if (input.kind === 'down') this.conclude();
    this.#play(stepPlace(this.#state, input, this.#scene));
  }

  /** Cancels the current gesture. */
  cancel(): void {
    this.#isNudging = false;
    this.#shown = undefined;
    this.#play(stepPlace(this.#state, { kind: 'cancel' }, this.#scene));
  }

  /** Commits the current gesture, because the user does something else. */
  conclude(): void {
    if (this.#isNudging) this.endNudging();
    else this.#play(concludePlace(this.#state));
  }

  /** Moves the active picture by the keyboard; {@link endNudging} commits the moves as one step of the history. */
  nudge(by: Point): boolean {
    const layer = this.#layers.find(({ concept }) => concept.id === this.#activeId);
    // One that is not cut out yet is not on the canvas.
    if (!layer?.cutOut || layer.concept.locked || this.#state.drag) return false;
    this.#isNudging = true;
    this.#show(layer.concept.id, moveBy(this.#placementOf(layer), by.x, by.y), []);
    return true;
  }

  /** Previews a placement until the document is followed again, while a slider is dragged. */
  preview(id: string, change: Partial<Placement>): void {
    if (this.isActive) return;
    this.#shown = { id, change };
    this.#redraw();
  }

  /** The key was released. */
  endNudging(): void {
    const active = this.active;
    if (!this.#isNudging || !active) return;
    this.#isNudging = false;
    this.#events.commit(active.id, geometryOf(active.placement), 'move');
  }

  get #scene(): PlaceScene {
    return {
      background: this.#background,
      activeId: this.#activeId,
      scale: this.#scale,
      snaps: this.#snaps,
      items: this.#layers.flatMap((layer): PlacedItem[] => {
        const { cutOut } = layer;
        if (!cutOut) return [];
        return [
          {
            id: layer.concept.id,
            geometry: this.#state.drag ? layer.placement : this.#placementOf(layer),
            image: cutOut,
            isLocked: layer.concept.locked,
            covers: (x, y) => covers(cutOut, x, y),
          },
        ];
      }),
    };
  }

  #placementOf({ concept, placement }: Layer): Placement {
    return this.#shown?.id === concept.id ? { ...placement, ...this.#shown.change } : placement;
  }

  #play({ state, effects }: PlaceStep): void {
    this.#state = state;
    for (const effect of effects) {
      switch (effect.kind) {
        case 'select':
          this.#activeId = effect.id;
          this.#events.select(effect.id);
          break;
        case 'show':
          this.#show(effect.id, effect.geometry, effect.guides);
          break;
        case 'commit':
          this.#show(effect.id, effect.geometry, []);
          this.#events.commit(effect.id, geometryOf(effect.geometry), effect.gesture);
          break;
        case 'revert':
          this.#shown = undefined;
          this.#guides = [];
          this.#redraw();
      }
    }
  }

  #show(id: string, geometry: PlacedGeometry, guides: readonly SnapGuide[]): void {
    this.#shown = { id, change: geometryOf(geometry) };
    this.#guides = guides;
    this.#redraw();
  }

  /** Makes a layer's cut-out if it is missing or outdated; the previous one is shown until then. */
  #cutOut(layer: Layer): void {
    const { image, subject } = layer.concept;
    if (image === null) return;
    const options = optionsOf(layer.placement);
    const wanted = JSON.stringify([image, subject, options] satisfies [
      AssetId,
      AssetId | null,
      CutOutOptions,
    ]);
    if (layer.wanted === wanted) return;
    layer.wanted = wanted;
    const isWanted = () => layer.wanted === wanted && this.#layers.includes(layer);
    this.#library
      .cutOut(image, subject, options)
      .then((cutOut) => {
        if (!isWanted()) {
          closeCutOut(cutOut);
          return;
        }
        this.#replace(layer, cutOut);
        this.changed();
        this.#redraw();
      })
      .catch((error: unknown) => {
        if (!isWanted()) return;
        layer.wanted = '';
        this.#events.fail(error);
      });
  }

  #replace(layer: Layer, cutOut: CutOut | undefined): void {
    if (layer.cutOut) closeCutOut(layer.cutOut);
    layer.cutOut = cutOut;
  }
}

/** Gives its memory back at once: up to 16 MiB each, which a browser would otherwise keep for a while. */
function closeCutOut({ picture, shadow }: CutOut): void {
  picture.close();
  shadow?.outline.close();
}

/** Soft edge and shadow in picture pixels; rounded, so that scaling does not recompute every cut-out. */
function optionsOf({ scale, softEdgePx, shadow }: Placement): CutOutOptions {
  const inPicture = (lengthPx: number) => Math.round((lengthPx / scale) * 4) / 4;
  return { softEdgePx: inPicture(softEdgePx), shadowBlurPx: shadow && inPicture(shadow.blurPx) };
}

function geometryOf({ x, y, scale, rotationDeg, flipX, flipY }: PlacedGeometry): PlacedGeometry {
  return { x, y, scale, rotationDeg, flipX, flipY };
}

function covers({ cover, width, height }: CutOut, x: number, y: number): boolean {
  const column = Math.min(Math.floor((x / width) * COVER_SIDE), COVER_SIDE - 1);
  const row = Math.min(Math.floor((y / height) * COVER_SIDE), COVER_SIDE - 1);
  return cover[row * COVER_SIDE + column] === 1;
}
