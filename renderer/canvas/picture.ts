/** Pictures for the canvas, decoded before they are shown. */
import { useEffect, useState } from 'react';

/** A loaded picture; undefined while it is loading or when there is none. The one before stays until then. */
export function usePicture(
  url: string | null,
  onError: (error: unknown) => void,
): HTMLImageElement | undefined {
  const [picture, setPicture] = useState<HTMLImageElement | undefined>(undefined);
  useEffect(() => {
    if (url === null) {
      setPicture(undefined);
      return;
    }
    let isCurrent = true;
    const image = new Image();
    image.src = url;
    image
      .decode()
      .then(() => {
        if (isCurrent) setPicture(image);
      })
      .catch((error: unknown) => {
        if (isCurrent) onError(error);
      });
    return () => {
      isCurrent = false;
    };
  }, [url, onError]);
  return picture;
}
