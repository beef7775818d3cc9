/** A picture of the library, for as long as a component shows it. */
import { useEffect, useState } from 'react';
import type { AssetId } from '../../electron/contract/render-request.ts';
import type { Picture, PictureLibrary } from './picture-library.ts';

/** A loaded picture; undefined while it is loading or when there is none. The one before stays until then. */
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
  // Only when another one is drawn in its place.
  useEffect(() => picture && (() => library.release(picture.id)), [library, picture]);
  return picture;
}
