/** A thumbnail of a picture of any size, drawn from the canvas's copy, so that it is decoded once. */
import { useEffect, useRef } from 'react';
import type { AssetId } from '../../../electron/contract/render-request.ts';
import { usePicture } from '../../canvas/picture.ts';
import { reportError } from '../../session/notices.ts';
import { useStudioActions } from '../../session/studio-context.ts';

export function PictureThumb({
  asset,
  sidePx,
  label,
}: {
  asset: AssetId;
  sidePx: number;
  /** Alternative text; decorative without it. */
  label?: string;
}) {
  const { pictureLibrary } = useStudioActions();
  const picture = usePicture(pictureLibrary, asset, reportError);
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const element = canvas.current;
    if (!element || !picture) return;
    const side = Math.round(sidePx * devicePixelRatio);
    element.width = side;
    element.height = side;
    // Its centre fills the square.
    const { base } = picture;
    const scale = Math.max(side / base.width, side / base.height);
    const context = element.getContext('2d')!;
    context.imageSmoothingQuality = 'high';
    context.translate(side / 2, side / 2);
    context.scale(scale, scale);
    context.drawImage(base, -base.width / 2, -base.height / 2);
  }, [picture, sidePx]);
  return (
    <canvas
      ref={canvas}
      className="picture-thumb"
      data-asset={asset}
      style={{ width: sidePx, height: sidePx }}
      {...(label === undefined ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label })}
    />
  );
}
