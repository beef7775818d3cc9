/**
 * Loads pictures again that could not be loaded because the host had just been restarted: it has the pictures of a
 * project only once it has opened it again.
 */
import { useEffect } from 'react';
import { useStudioActions } from '../../session/studio-context.ts';

export function useReloadPictures(): void {
  const studio = useStudioActions();
  useEffect(() => {
    /** The address that each was last loaded again from: a picture that is missing is asked for twice, not for ever. */
    const reloaded = new WeakMap<HTMLImageElement, string>();
    const stop = new AbortController();
    document.addEventListener(
      'error',
      ({ target: image }) => {
        if (!(image instanceof HTMLImageElement) || reloaded.get(image) === image.src) return;
        const { src } = image;
        reloaded.set(image, src);
        studio.session.saved().then(
          () => {
            // It may show another picture by now.
            if (image.isConnected && image.src === src) image.src = src;
          },
          () => {
            // The project's file is gone, and its pictures with it, which the window says.
          },
        );
      },
      // Errors of pictures do not bubble.
      { signal: stop.signal, capture: true },
    );
    return () => stop.abort();
  }, [studio]);
}
