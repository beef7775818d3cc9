/** A picture of the library, while a component shows it. */
import { useEffect, useState } from 'react';
import type { AssetId } from '../../electron/contract/render-request.ts';
import type { Picture, PictureLibrary } from './picture-library.ts';

/** A loaded picture; undefined while loading or without one. The previous one stays until then. */
export function usePicture(
  library: PictureLibrary,
  id: AssetId | null,
  onError: (error: unknown) => void,
): Picture | undefined {
  const [picture, setPicture] = useState<Picture | undefined>(undefined);
  useEffect(() => {
    if (id === null) {
      setPicture(undefined);
      return;
    }
    let isCurrent = true;
    library
      .open(id)
      .then((opened) => {
        if (isCurrent) setPicture(opened);
        else library.release(id);
      })
      .catch((error: unknown) => {
        if (isCurrent) onError(error);
      });
    return () => {
      isCurrent = false;
    };
  }, [library, id, onError]);
  // Release it only when another one is drawn instead.
  useEffect(() => picture && (() => library.release(picture.id)), [library, picture]);
  return picture;
}
