/** Stubs of the browser features that the canvas needs and Node lacks. */
import { vi } from 'vitest';

/** A line drawn along a path, for tests that inspect it. */
export class PlayedPath {
  readonly calls: (readonly [string, number, number])[] = [];

  moveTo(x: number, y: number): void {
    this.calls.push(['moveTo', x, y]);
  }

  lineTo(x: number, y: number): void {
    this.calls.push(['lineTo', x, y]);
  }
}

class PlayedImageData {
  readonly data: Uint8ClampedArray;

  constructor(width: number, height: number) {
    this.data = new Uint8ClampedArray(4 * width * height);
  }
}

/** Defines `document.createElement('canvas')`, `ImageData` and `Path2D` while a test file runs. */
export function stubCanvas(): void {
  vi.stubGlobal('ImageData', PlayedImageData);
  vi.stubGlobal('Path2D', PlayedPath);
  vi.stubGlobal('document', {
    createElement: () => ({ getContext: () => ({ putImageData: () => {} }) }),
  });
}
