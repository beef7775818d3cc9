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
  /** An object for each opening: one picture may be opened again while it is still shown, and has to be given back twice. */
  const [shown, setShown] = useState<{ readonly picture: Picture } | undefined>(undefined);
  useEffect(() => {
    if (id === null) {
      setShown(undefined);
      return;
    }
    let isCurrent = true;
    library
      .open(id)
      .then((opened) => {
        if (isCurrent) setShown({ picture: opened });
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
  useEffect(() => shown && (() => library.release(shown.picture.id)), [library, shown]);
  return shown?.picture;
}
