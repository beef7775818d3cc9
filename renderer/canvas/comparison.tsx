/** Two pictures compared: one over the other with a slider, side by side, their difference, or one of them alone. */
import { Group, Image as KonvaImage } from 'react-konva';
import type { ComparisonMode } from '../editor/comparison-mode.ts';
import type { Size } from '../editor/view-transform.ts';
import { usePicture } from './picture.ts';

export interface Comparison {
  readonly mode: ComparisonMode;
  readonly beforeUrl: string;
  readonly afterUrl: string;
  /** Where the slider is, as a share of the width from the left. */
  readonly share: number;
  readonly onShare: (share: number) => void;
}

/** Space between two pictures side by side, as a share of the width. */
const GAP = 0.02;

/** How much room a comparison takes, in image pixels. */
export function comparisonContent(mode: ComparisonMode, { width, height }: Size): Size {
  return mode === 'sideBySide' ? { width: width * (2 + GAP), height } : { width, height };
}

export function ComparisonPictures({
  comparison,
  size,
  onError,
}: {
  comparison: Comparison;
  size: Size;
  onError: (error: unknown) => void;
}) {
  const before = usePicture(comparison.beforeUrl, onError);
  const after = usePicture(comparison.afterUrl, onError);
  if (!before || !after) return null;
  const { width, height } = size;
  const beforePicture = <KonvaImage image={before} width={width} height={height} />;
  switch (comparison.mode) {
    case 'before':
      return beforePicture;
    case 'after':
      return <KonvaImage image={after} width={width} height={height} />;
    case 'slider':
      return (
        <Group>
          <KonvaImage image={after} width={width} height={height} />
          <Group clipX={0} clipY={0} clipWidth={width * comparison.share} clipHeight={height}>
            {beforePicture}
          </Group>
        </Group>
      );
    case 'sideBySide':
      return (
        <Group>
          {beforePicture}
          <KonvaImage image={after} x={width * (1 + GAP)} width={width} height={height} />
        </Group>
      );
    case 'difference':
      return (
        <Group>
          {beforePicture}
          <KonvaImage image={after} width={width} height={height} globalCompositeOperation="difference" />
        </Group>
      );
  }
}
