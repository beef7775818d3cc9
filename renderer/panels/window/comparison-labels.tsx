/** Says on the compared pictures which is which. */
import { useTranslation } from 'react-i18next';
import { type Comparison, comparisonContent, secondLeft } from '../../canvas/comparison.tsx';
import type { Size } from '../../editor/view-transform.ts';

export function ComparisonLabels({
  comparison: { mode },
  size,
  before,
  after,
}: {
  comparison: Pick<Comparison, 'mode'>;
  /** Of one of the pictures, in image pixels. */
  size: Size;
  /** Names of the pictures. */
  before: string;
  after: string;
}) {
  const { t } = useTranslation();
  const beforeLabel = t('view.beforeLabel', { name: before });
  const afterLabel = t('view.afterLabel', { name: after });
  switch (mode) {
    case 'before':
      return <Label x={0} room={size.width} text={beforeLabel} />;
    case 'after':
      return <Label x={0} room={size.width} text={afterLabel} />;
    case 'difference':
      return <Label x={0} room={size.width} text={t('view.differenceLabel', { name: before })} />;
    case 'slider':
      return (
        <>
          <Label x={0} room={size.width / 2} text={beforeLabel} />
          <Label x={comparisonContent(mode, size).width} room={size.width / 2} text={afterLabel} isRight />
        </>
      );
    case 'sideBySide':
      return (
        <>
          <Label x={0} room={size.width} text={beforeLabel} />
          <Label x={secondLeft(size)} room={size.width} text={afterLabel} />
        </>
      );
  }
}

/**
 * @param props.x of the corner that it lies in, in image pixels
 * @param props.room how wide it may be, in image pixels: a longer text is shortened
 */
function Label({
  x,
  room,
  text,
  isRight = false,
}: {
  x: number;
  room: number;
  text: string;
  isRight?: boolean;
}) {
  return (
    <div
      className="picture-label"
      data-right={isRight}
      // The canvas sets its position (scene-canvas.tsx), so that a pan moves the label without React.
      style={{
        left: `calc(var(--picture-x) + ${x}px * var(--picture-scale))`,
        top: 'var(--picture-y)',
        maxWidth: `calc(${room}px * var(--picture-scale) - 12px)`,
      }}
    >
      {text}
    </div>
  );
}
