/** Compares two pictures: one over the other with a slider, side by side, as their difference, or one alone. */
import { Group } from 'react-konva';
import type { AssetId } from '../../electron/contract/render-request.ts';
import type { ComparisonMode } from '../editor/comparison-mode.ts';
import type { Size } from '../editor/view-transform.ts';
import { usePicture } from './picture.ts';
import type { PictureLibrary } from './picture-library.ts';
import { TiledPicture } from './tiled-picture.tsx';

export interface Comparison {
  readonly mode: ComparisonMode;
  readonly before: AssetId;
  readonly after: AssetId;
  /** Position of the slider, as a share of the width from the left. */
  readonly share: number;
  readonly onShare: (share: number) => void;
}

/** Gap between two pictures side by side, as a share of the width. */
const GAP = 0.02;

/** Size of a comparison, in image pixels. */
export function comparisonContent(mode: ComparisonMode, { width, height }: Size): Size {
  return mode === 'sideBySide' ? { width: width * (2 + GAP), height } : { width, height };
}

/** Left edge of the second picture side by side, in image pixels. */
export function secondLeft({ width }: Size): number {
  return width * (1 + GAP);
}

export function ComparisonPictures({
  comparison,
  pictures,
  size,
  onError,
}: {
  comparison: Comparison;
  pictures: PictureLibrary;
  size: Size;
  onError: (error: unknown) => void;
}) {
  const before = usePicture(pictures, comparison.before, onError);
  const after = usePicture(pictures, comparison.after, onError);
  if (!before || !after) return null;
  const { width, height } = size;
  const beforePicture = <TiledPicture picture={before} library={pictures} size={size} />;
  const afterPicture = <TiledPicture picture={after} library={pictures} size={size} />;
  switch (comparison.mode) {
    case 'before':
      return beforePicture;
    case 'after':
      return afterPicture;
    case 'slider':
      return (
        <Group>
          {afterPicture}
          <Group clipX={0} clipY={0} clipWidth={width * comparison.share} clipHeight={height}>
            {beforePicture}
          </Group>
        </Group>
      );
    case 'sideBySide':
      return (
        <Group>
          {beforePicture}
          <TiledPicture picture={after} library={pictures} size={size} x={secondLeft(size)} />
        </Group>
      );
    case 'difference':
      return (
        <Group>
          {beforePicture}
          <TiledPicture picture={after} library={pictures} size={size} isDifference />
        </Group>
      );
  }
}
