/**
 * The masks of the picture on the canvas, each a plane with its coloured picture, and the tool working on the active
 * one: masks of the scene, or of a concept's picture while it is cut out (editor/mask-target.ts). It lives outside
 * React: a stroke changes planes and pictures, and requests a redraw; React learns of a gesture when it is committed.
 * Inputs and outputs are in scene coordinates (editor/mask-space.ts), in pixels of the picture on the canvas; planes
 * are in mask coordinates.
 */
import { maskSize } from '../../electron/contract/frame.ts';
import type { AssetId } from '../../electron/contract/render-request.ts';
import type { RecordedGesture } from '../editor/gesture-log.ts';
import { type MaskOperation, scaledOperation } from '../editor/mask-operations.ts';
import { copyPlane, type MaskPlane, type PixelRect } from '../editor/mask-plane.ts';
import {
  inputToMask,
  type MaskSpace,
  maskSpace,
  pointToScene,
  rectToScene,
  selectionToScene,
} from '../editor/mask-space.ts';
import type { PaintableMask } from '../editor/mask-target.ts';
import type { UnderlyingPicture } from '../editor/overlay-colour.ts';
import type {
  PointerSample,
  SmartSelection,
  ToolEffect,
  ToolInput,
  ToolSettings,
} from '../editor/tools/tool.ts';
import { endOf, type ToolName, ToolRunner } from '../editor/tools/tools.ts';
import type { Size } from '../editor/view-transform.ts';
import type { MaskImage } from './mask-image.ts';
import type { MaskLayer } from './mask-layer.ts';
import { MaskLayers } from './mask-layers.ts';
import type { MaskLibrary } from './mask-library.ts';
import { type ProposalState, SelectionProposal } from './selection-proposal.ts';
import { Watched } from './watched.ts';
import type { Outline, WorkbenchEvents } from './workbench-events.ts';

/** Tool settings that the workbench does not hold itself. */
type GivenSettings = Omit<ToolSettings, 'maskBounds' | 'size'>;

/** Listeners are called when layers are added or removed, or a mask is loaded or committed. */
export class MaskWorkbench extends Watched {
  readonly #library: MaskLibrary;
  readonly #layers: MaskLayers;
  #activeId: string | null = null;
  #isLocked = true;
  #runner = new ToolRunner('brush');
  #settings: GivenSettings = {
    brushSizePx: 40,
    hardness: 0.8,
    pressureSize: true,
    pressureOpacity: false,
    tiltSize: false,
    scale: 1,
  };
  #outline: Outline = { points: [], closed: false };
  /** The selection while one of its points is dragged. */
  #marked: SmartSelection | undefined;
  readonly #proposal: SelectionProposal;
  /** Enter while smart select was still looking: for what it finds. */
  #confirmation: ToolInput | undefined;
  #redraw: () => void = () => {};
  #masks: readonly PaintableMask[] = [];
  /** In scene coordinates. */
  #lastPointer: PointerSample | undefined;
  #space = maskSpace({ width: 1, height: 1 }, { width: 1, height: 1 });

  constructor(library: MaskLibrary, events: WorkbenchEvents) {
    super();
    this.#library = library;
    this.#layers = new MaskLayers(library, events, {
      changed: () => this.changed(),
      redraw: () => this.#redraw(),
      replacing: (targetId) => {
        if (targetId !== this.#activeId) return false;
        // A proposal, or what is moved, is of the mask as it was.
        if (['select', 'move'].includes(this.tool)) this.cancel();
        return this.isActive;
      },
    });
    this.#proposal = new SelectionProposal(
      events.select,
      () => this.changed(),
      () => {
        const confirmation = this.#confirmation;
        this.#confirmation = undefined;
        if (confirmation && this.#proposal.isProposalShown) this.#step(confirmation, false);
      },
    );
  }

  /** Called when pixels of the active mask, or the outline, changed. At most one canvas listens. */
  setRedraw(redraw: () => void): void {
    this.#redraw = redraw;
  }

  get outline(): Outline {
    return this.#outline;
  }

  /** Smart select's points and box. */
  get selection(): SmartSelection {
    return this.#marked ?? this.#proposal.selection;
  }

  /** Whether smart select waits for a result or shows a proposal. */
  get proposal(): ProposalState {
    return this.#proposal.state;
  }

  get tool(): ToolName {
    return this.#runner.name;
  }

  get isActive(): boolean {
    return this.#runner.isActive;
  }

  /** The active mask (editor/mask-target.ts). */
  get activeId(): string | null {
    return this.#activeId;
  }

  /** Number of finished gestures and operations. */
  get gestureCount(): number {
    return this.#layers.saveCount;
  }

  imageOf(targetId: string): MaskImage | undefined {
    return this.#layers.get(targetId)?.image;
  }

  /** Sets the picture under the masks, so that their colours stand out from it. */
  setPicture(picture: UnderlyingPicture | undefined): void {
    this.#layers.setPicture(picture);
    this.changed();
    this.#redraw();
  }

  /** A mask as shown, in mask coordinates. Must not be changed. */
  planeOf(targetId: string): MaskPlane | undefined {
    return this.#layers.get(targetId)?.session.shown;
  }

  /** Bounds of a committed mask, in scene coordinates. */
  boundsOf(targetId: string): PixelRect | undefined {
    const layer = this.#layers.get(targetId);
    return layer && rectToScene(this.#space, layer.session.bounds);
  }

  /** Bounds of a committed mask's region, which the render replaces, in scene coordinates. */
  regionBoundsOf(targetId: string): PixelRect | undefined {
    const layer = this.#layers.get(targetId);
    return layer && rectToScene(this.#space, layer.session.regionBounds);
  }

  /** Background pixels to mask pixels. */
  get space(): MaskSpace {
    return this.#space;
  }

  /**
   * Follows the document: a layer for each mask, of the size that masks of the picture have.
   *
   * @param picture size in pixels of the picture under the masks
   */
  follow(masks: readonly PaintableMask[], picture: Size, activeId: string | null): void {
    this.#masks = masks;
    const { width, height } = this.#space.background;
    const isResized = picture.width !== width || picture.height !== height;
    if (isResized) {
      this.cancel();
      const { width: pictureWidth, height: pictureHeight } = picture;
      this.#space = maskSpace({ width: pictureWidth, height: pictureHeight }, maskSize(picture));
      this.#layers.resize(this.#space.mask);
    }
    const active = masks.find(({ id }) => id === activeId);
    // A selection belongs to its mask; a removed mask has no use for it.
    const isLeft = this.#activeId !== (active?.id ?? null);
    if (isLeft && !masks.some(({ id }) => id === this.#activeId)) this.cancel();
    else if (isLeft || active?.locked) this.conclude();
    this.#activeId = active?.id ?? null;
    this.#isLocked = !active || active.locked;
    this.#layers.follow(masks);
    this.changed();
  }

  /** Activates a tool. The previous tool's unfinished gesture is committed. */
  setTool(name: ToolName): void {
    if (name === this.#runner.name) return;
    this.conclude();
    this.#runner = new ToolRunner(name);
    this.#redraw();
  }

  setSettings(settings: Partial<GivenSettings>): void {
    this.#settings = { ...this.#settings, ...settings };
  }

  /** Feeds the active tool. Nothing happens while no mask is active or the active one is locked. */
  input(input: ToolInput): void {
    if (input.kind === 'confirm' && this.#proposal.state === 'awaited') {
      this.#confirmation = input;
      return;
    }
    this.#step(input, false);
  }

  /**
   * Ends the current gesture as if the pointer had been lifted, because the page is closing.
   *
   * @returns unsaved drawing, for the next page's {@link resume}
   */
  suspend(): readonly RecordedGesture[] {
    const end = this.isActive && this.#lastPointer ? endOf(this.#runner.name, this.#lastPointer) : undefined;
    if (end) this.#step(end, true);
    return this.#layers.unsaved();
  }

  /** Everything drawn and saved so far is in the history. */
  markSaved(): void {
    this.#layers.log.markSaved();
  }

  /** Restores what the previous page left, each once its mask is loaded. */
  resume(gestures: readonly RecordedGesture[]): void {
    this.#layers.resume(gestures);
  }

  #step(input: ToolInput, isCutShort: boolean): void {
    if ('pointer' in input) this.#lastPointer = input.pointer;
    const layer = this.#layers.get(this.#activeId);
    if (!layer || this.#activeId === null || this.#isLocked) return;
    const targetId = this.#activeId;
    const space = this.#space;
    const settings = {
      ...this.#settings,
      brushSizePx: this.#settings.brushSizePx * space.scale,
      scale: this.#settings.scale / space.scale,
      maskBounds: layer.session.bounds,
      size: space.mask,
    };
    for (const effect of this.#runner.step(inputToMask(space, input), settings)) {
      switch (effect.kind) {
        case 'outline':
          this.#outline = { ...effect, points: effect.points.map((point) => pointToScene(space, point)) };
          break;
        case 'mark':
          this.#marked = selectionToScene(space, effect.selection);
          break;
        case 'select':
          this.#marked = undefined;
          this.#ask(targetId, layer, selectionToScene(space, effect.selection));
          break;
        case 'commit':
          this.#marked = undefined;
          this.#commit(targetId, layer, effect, isCutShort);
          break;
        case 'revert':
          this.#marked = undefined;
          this.#confirmation = undefined;
          this.#proposal.end(targetId);
          this.#layers.log.drop();
          layer.image.invalidate(layer.session.revert());
          // Listeners may have seen the mask of the cancelled gesture.
          this.changed();
          break;
        default:
          this.#layers.log.add(effect);
          layer.image.invalidate(layer.session.paint(effect));
      }
    }
    this.#redraw();
  }

  #ask(targetId: string, layer: MaskLayer, selection: SmartSelection): void {
    // Without a point inside, nothing is selected: the last proposal was of another selection.
    if (selection.box === null && !selection.points.some(({ positive }) => positive)) {
      layer.image.invalidate(layer.session.revert());
      this.#proposal.markHidden();
    }
    // A further point changes what was confirmed.
    this.#confirmation = undefined;
    this.#proposal.ask(targetId, selection);
  }

  #commit(
    targetId: string,
    layer: MaskLayer,
    { label, use = 'replace' }: Extract<ToolEffect, { kind: 'commit' }>,
    isCutShort: boolean,
  ): void {
    const hadAnswer = this.#proposal.end(targetId);
    if (label === 'select') {
      if (!hadAnswer) return;
      const proposed = copyPlane(layer.session.shown);
      layer.image.invalidate(layer.session.combine(use));
      void this.#layers.save(targetId, layer, { kind: 'gesture', label }, (session) => {
        session.replace(proposed);
        session.combine(use);
      });
      return;
    }
    const base = layer.saving > 0 ? undefined : (layer.loading ?? layer.maskId);
    const { log, size } = this.#layers;
    this.#layers.saveGesture(layer, log.finish({ targetId, size, base, label, isCutShort }));
  }

  /** Draws what changed since the last frame. */
  flush(): void {
    const layer = this.#layers.get(this.#activeId);
    layer?.image.flush(layer.session.shown);
  }

  /** Commits the current gesture and drops every layer: another project is about to be shown. Pending saves continue. */
  leaveProject(): void {
    this.conclude();
    this.#layers.clear();
  }

  /** Cancels the current gesture. */
  cancel(): void {
    this.input({ kind: 'cancel' });
  }

  /**
   * Commits the current gesture as one step of the history, because the user does something else. A proposal of smart
   * select is applied as shown; a pending request is cancelled.
   */
  conclude(): void {
    const { name } = this.#runner;
    if (name === 'select') {
      if (this.#proposal.isProposalShown) this.#step({ kind: 'confirm' }, false);
    } else if (this.isActive && this.#lastPointer) this.input(endOf(name, this.#lastPointer)!);
    this.cancel();
  }

  /**
   * The pointer is needed for something else, such as a pinch. A gesture of several clicks continues after it.
   *
   * @param hasDrawn whether the pointer moved farther than a click may; otherwise it was not meant to paint
   */
  interrupt(hasDrawn: boolean): void {
    if (['select', 'polygon'].includes(this.tool)) this.input({ kind: 'lift' });
    else if (hasDrawn) this.conclude();
    else this.cancel();
  }

  /** Shows the segmenter's result; Enter applies it, Escape discards it. Late results are ignored. */
  async showSelection(targetId: string, selection: SmartSelection, maskId: AssetId): Promise<void> {
    const plane = await this.#library.load(maskId, this.#space.mask);
    const layer = this.#layers.get(targetId);
    if (!layer || this.#activeId !== targetId || selection !== this.#proposal.selection) return;
    layer.image.invalidate(layer.session.replace(plane));
    this.#layers.colour(layer);
    this.#proposal.markShown();
    this.#redraw();
  }

  /** A mask in mask coordinates, by default of the picture on the canvas. Not to be changed. @throws as the library */
  load(maskId: AssetId, picture: Size = this.#space.background): Promise<MaskPlane> {
    return this.#library.load(maskId, maskSize(picture));
  }

  /** A mask as shown, as a PNG file; undefined for none. */
  async encode(targetId: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const plane = this.planeOf(targetId);
    return plane && this.#library.encode(copyPlane(plane));
  }

  /** Runs an operation on a whole mask as one gesture; its lengths and areas are in background pixels. */
  async operate(targetId: string, operation: MaskOperation): Promise<void> {
    const layer = this.#editable(targetId);
    if (!layer) return;
    const scaled = scaledOperation(operation, this.#space.scale);
    await this.#layers.put(targetId, (mask) => this.#library.operate(mask, scaled), {
      kind: 'operation',
      label: operation.kind,
    });
  }

  /** Replaces a mask by another one. */
  copyFrom(targetId: string, fromId: string): void {
    const from = this.#layers.get(fromId);
    if (!from || !this.#editable(targetId)) return;
    const copied = this.#layers.newest(from).then(copyPlane);
    void this.#layers.put(targetId, () => copied, { kind: 'copy' });
  }

  #editable(targetId: string): MaskLayer | undefined {
    const isLocked = this.#masks.find(({ id }) => id === targetId)?.locked ?? true;
    if (isLocked) return undefined;
    if (targetId === this.#activeId) this.conclude();
    return this.#layers.get(targetId);
  }
}
