/**
 * Pictures dropped on the window or pasted. The first one becomes the background while there is none; all others are
 * concepts.
 */
import i18next from 'i18next';
import { useEffect } from 'react';
import { reportNotice } from '../../session/notices.ts';
import { start, useStudioActions } from '../../session/studio-context.ts';
import { addPictures } from '../flow/add-pictures.ts';
import { isTyping } from '../widgets/typing.ts';

function picturesOf(data: DataTransfer | null): File[] {
  return [...(data?.files ?? [])].filter(({ type }) => type.startsWith('image/'));
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
        start(() => addPictures(studio, files, isOnBackground ? 'background' : 'scene'));
      },
      { signal },
    );
    addEventListener(
      'paste',
      (event) => {
        const files = picturesOf(event.clipboardData);
        // What is copied from a word processor or a spreadsheet is a text with a picture of itself.
        const hasText = event.clipboardData?.types.includes('text/plain') ?? false;
        if (files.length === 0 || (hasText && isTyping(event.target))) return;
        event.preventDefault();
        start(() => addPictures(studio, files, 'scene'));
      },
      { signal },
    );
    return () => stop.abort();
  }, [studio]);
}
