/**
 * Pictures dropped on the window or pasted. The first one becomes the background if there is none; others become
 * concepts, placed where they are dropped on the canvas.
 */
import i18next from 'i18next';
import { useEffect } from 'react';
import type { Point } from '../../editor/mask-plane.ts';
import { toImage } from '../../editor/view-transform.ts';
import { useEditor } from '../../session/editor-store.ts';
import { reportNotice } from '../../session/notices.ts';
import type { Studio } from '../../session/studio.ts';
import { start, useStudioActions } from '../../session/studio-context.ts';
import { addPictures } from '../flow/add-pictures.ts';
import { startFromPictures } from '../sheets/start-from-pictures.ts';
import { isTyping } from '../widgets/typing.ts';

function picturesOf(data: DataTransfer | null): File[] {
  return [...(data?.files ?? [])].filter(({ type }) => type.startsWith('image/'));
}

/** The scene behind the start screen cannot be seen: nothing is added to it, wherever on the screen it is dropped. */
function isStartOpen(): boolean {
  return useEditor.getState().sheet === 'projects';
}

/** Position of a drop in the scene, in background pixels; undefined elsewhere, and while a picture is cut out. */
function pointOnCanvas({ view }: Studio, { target, clientX, clientY }: DragEvent): Point | undefined {
  const canvas = target instanceof Element ? target.closest('.scene-canvas') : null;
  if (!canvas || useEditor.getState().cutOut !== null) return undefined;
  const { left, top } = canvas.getBoundingClientRect();
  return toImage(view.getTransform(), { x: clientX - left, y: clientY - top });
}

export function useFiles(): void {
  const studio = useStudioActions();
  useEffect(() => {
    const stop = new AbortController();
    const { signal } = stop;
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
    addEventListener(
      'dragover',
      (event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        document.body.dataset.dropping = 'true';
      },
      { signal },
    );
    addEventListener(
      'dragleave',
      (event) => {
        if (event.relatedTarget === null) delete document.body.dataset.dropping;
      },
      { signal },
    );
    addEventListener(
      'drop',
      (event) => {
        delete document.body.dataset.dropping;
        if (!hasFiles(event)) return;
        event.preventDefault();
        const isOnBackground =
          event.target instanceof Element && event.target.closest('[data-drop="background"]') !== null;
        const files = picturesOf(event.dataTransfer);
        if (files.length === 0) reportNotice(i18next.t('add.noPictures'), { kind: 'warning' });
        if (isStartOpen()) {
          start(() => startFromPictures(studio, files));
          return;
        }
        const at = pointOnCanvas(studio, event);
        start(() => addPictures(studio, files, isOnBackground ? 'background' : at ? { at } : 'scene'));
      },
      { signal },
    );
    addEventListener(
      'paste',
      (event) => {
        const files = picturesOf(event.clipboardData);
        // Word processors and spreadsheets copy a text together with a picture of it.
        const hasText = event.clipboardData?.types.includes('text/plain') ?? false;
        if (files.length === 0 || (hasText && isTyping(event.target))) return;
        event.preventDefault();
        start(() => (isStartOpen() ? startFromPictures(studio, files) : addPictures(studio, files, 'scene')));
      },
      { signal },
    );
    return () => stop.abort();
  }, [studio]);
}
