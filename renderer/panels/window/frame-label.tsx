/** The size of the frame in the background and for the model, at its top edge on the canvas. */
import type { ResolvedFrame } from '../../../electron/contract/frame.ts';
import { frameSizes } from '../flow/frame-control.tsx';

export function FrameLabel({ frame }: { frame: ResolvedFrame }) {
  const { left, top } = frame;
  return (
    <div
      className="frame-label numbers"
      // The canvas sets its position (scene-canvas.tsx), so that a pan moves the label without React.
      style={{
        left: `calc(var(--picture-x) + ${left}px * var(--picture-scale))`,
        top: `calc(var(--picture-y) + ${top}px * var(--picture-scale))`,
      }}
    >
      {frameSizes(frame)}
    </div>
  );
}
