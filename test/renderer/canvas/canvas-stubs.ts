/** What the canvas's pieces need of a browser, as far as Node lacks it. */
import { vi } from 'vitest';

/** A line drawn by a path, for tests that look at it. */
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

/** Makes `document.createElement('canvas')`, `ImageData` and `Path2D` known, as long as a test file runs. */
export function stubCanvas(): void {
  vi.stubGlobal('ImageData', PlayedImageData);
  vi.stubGlobal('Path2D', PlayedPath);
  vi.stubGlobal('document', {
    createElement: () => ({ getContext: () => ({ putImageData: () => {} }) }),
  });
}
