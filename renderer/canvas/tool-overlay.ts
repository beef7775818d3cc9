/** A tool's overlay: the brush's circle, outlines, points of smart select, the move box. */
import Konva from 'konva';
import { isEmptyRect, type PixelRect, type Point } from '../editor/mask-plane.ts';
import type { SmartSelection } from '../editor/tools/tool.ts';
import type { Outline } from './workbench-events.ts';

const HANDLE_PX = 10;
const POINT_RADIUS_PX = 6;

/** Two lines, dark under light, to be visible on any picture. */
function twoTone(make: (stroke: { stroke: string; strokeWidth: number }) => Konva.Shape[]): Konva.Shape[] {
  return [
    ...make({ stroke: 'rgba(0, 0, 0, 0.75)', strokeWidth: 3 }),
    ...make({ stroke: '#ffffff', strokeWidth: 1.25 }),
  ];
}

export class ToolOverlay {
  readonly group = new Konva.Group({ listening: false });
  readonly #shapes = new Konva.Group();
  readonly #brush = new Konva.Group({ visible: false });
  #brushSizePx: number | undefined;
  #pointer: Point | undefined;
  #scale = 1;

  constructor() {
    this.#brush.add(
      ...twoTone((stroke) => [new Konva.Circle({ radius: 1, strokeScaleEnabled: false, ...stroke })]),
    );
    this.group.add(this.#shapes, this.#brush);
  }

  /** Screen pixels per image pixel: handles and points have a constant size on the screen. */
  setScale(scale: number): void {
    this.#scale = scale;
  }

  /** Diameter in image pixels; undefined for tools without a brush. */
  setBrush(sizePx: number | undefined): void {
    this.#brushSizePx = sizePx;
    this.#placeBrush();
  }

  setPointer(point: Point | undefined): void {
    this.#pointer = point;
    this.#placeBrush();
  }

  show(outline: Outline, selection: SmartSelection, box: PixelRect | undefined): void {
    this.#shapes.destroyChildren();
    if (outline.points.length > 1) {
      const points = outline.points.flatMap(({ x, y }) => [x, y]);
      this.#shapes.add(
        ...twoTone((stroke) => [
          new Konva.Line({ points, closed: outline.closed, strokeScaleEnabled: false, ...stroke }),
        ]),
      );
    }
    if (outline.points.length > 0 && !outline.closed) {
      this.#shapes.add(...outline.points.map((point) => this.#dot(point, '#ffffff')));
    }
    if (selection.box) this.#addBox(selection.box, false);
    for (const point of selection.points) {
      this.#shapes.add(this.#dot(point, point.positive ? '#12b886' : '#fa5252'));
    }
    if (box && !isEmptyRect(box) && outline.points.length === 0) this.#addBox(box, true);
  }

  /** Shows only the brush. */
  clear(): void {
    this.#shapes.destroyChildren();
  }

  #placeBrush(): void {
    const isShown = this.#brushSizePx !== undefined && this.#pointer !== undefined;
    this.#brush.visible(isShown);
    if (!isShown) return;
    const radius = this.#brushSizePx! / 2;
    this.#brush.position(this.#pointer!);
    this.#brush.scale({ x: radius, y: radius });
  }

  #dot(point: Point, fill: string): Konva.Circle {
    return new Konva.Circle({
      x: point.x,
      y: point.y,
      radius: POINT_RADIUS_PX / this.#scale,
      fill,
      stroke: 'rgba(0, 0, 0, 0.8)',
      strokeWidth: 1.5,
      strokeScaleEnabled: false,
    });
  }

  #addBox({ left, top, right, bottom }: PixelRect, hasHandles: boolean): void {
    this.#shapes.add(
      ...twoTone((stroke) => [
        new Konva.Rect({
          x: left,
          y: top,
          width: right - left,
          height: bottom - top,
          dash: [6, 4],
          strokeScaleEnabled: false,
          ...stroke,
        }),
      ]),
    );
    if (!hasHandles) return;
    const size = HANDLE_PX / this.#scale;
    for (const x of [left, right]) {
      for (const y of [top, bottom]) {
        this.#shapes.add(
          new Konva.Rect({
            x: x - size / 2,
            y: y - size / 2,
            width: size,
            height: size,
            fill: '#ffffff',
            stroke: 'rgba(0, 0, 0, 0.8)',
            strokeWidth: 1.5,
            strokeScaleEnabled: false,
          }),
        );
      }
    }
  }
}
