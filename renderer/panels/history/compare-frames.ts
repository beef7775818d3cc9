/**
 * Dragging pictures of the history: onto another one, which compares them, or out of the window, which saves the picture
 * where it is dropped. "Compare with…" compares without dragging.
 */
import type { DragEvent } from 'react';
import type { RenderSummary } from '../../../electron/contract/render-record.ts';
import { useEditor } from '../../session/editor-store.ts';
import type { Studio } from '../../session/studio.ts';
import { findRender, useStudio } from '../../session/studio-store.ts';
import { renderName } from '../widgets/render-name.ts';

/** Type of the dragged data: a render's id. */
const RENDER_TYPE = 'application/x-pnpmix-render';

/** Compares a render with the one that was dragged or chosen first, which is the one before. */
function compareWith(studio: Studio, firstId: string, second: RenderSummary): void {
  const first = findRender(useStudio.getState(), firstId);
  if (first?.result && second.result && firstId !== second.renderId) studio.renders.compare(first, second);
}

/** Compares the viewed render with another one, which is the one before. */
export function compareShownWith(studio: Studio, before: RenderSummary): void {
  // The strip may not list it: an older one, or one without a star.
  studio.renders.remember(before);
  useEditor.setState({ comparedRenderId: before.renderId, comparisonMode: 'slider' });
}

/** Lets a render wait for the one to compare it with. */
export function beginComparing(studio: Studio, render: RenderSummary): void {
  studio.renders.remember(render);
  useEditor.setState({ comparingId: render.renderId });
}

/** Shows a render, or compares it with the one that waits for it. */
export function showOrCompare(studio: Studio, render: RenderSummary): void {
  const { comparingId } = useEditor.getState();
  // The waiting one may have been deleted, and nothing says any more that it waits.
  const first = findRender(useStudio.getState(), comparingId);
  if (comparingId === null || !first?.result || first.isDeleted || comparingId === render.renderId) {
    useEditor.setState({ comparingId: null });
    studio.renders.show(render);
  } else compareWith(studio, comparingId, render);
}

/** Characters that file names may not have somewhere, and the separator of the dragged data. */
const UNSAFE = /[\\/:*?"<>|]/g;

/**
 * What Chromium saves when the picture is dropped on the desktop or in a folder: type, file name and address, separated
 * by colons (the address has colons of its own).
 */
export function dragOutData(name: string, url: string): string {
  return `image/png:${name.replaceAll(UNSAFE, '-')}.png:${url}`;
}

/** Lets a picture of the history be dragged out of the window, as a file of its full size. */
export function dragOut(studio: Studio, render: RenderSummary, { dataTransfer }: DragEvent): void {
  if (render.result === null) return;
  const url = new URL(studio.assetUrl(render.result), document.baseURI).href;
  dataTransfer.setData('DownloadURL', dragOutData(renderName(render), url));
}

/** Makes a picture of the history one that can be dragged onto another, and that takes others. */
export function compareByDragging(studio: Studio, render: RenderSummary) {
  if (render.result === null) return {};
  const isOfRender = ({ dataTransfer }: DragEvent) => dataTransfer.types.includes(RENDER_TYPE);
  const mark = ({ currentTarget }: DragEvent<HTMLElement>, isTarget: boolean) =>
    currentTarget.toggleAttribute('data-drop-target', isTarget);
  return {
    draggable: true,
    onDragStart: (event: DragEvent<HTMLElement>) => {
      event.dataTransfer.setData(RENDER_TYPE, render.renderId);
      dragOut(studio, render, event);
      event.dataTransfer.effectAllowed = 'copyLink';
    },
    onDragOver: (event: DragEvent<HTMLElement>) => {
      if (!isOfRender(event)) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = 'link';
      mark(event, true);
    },
    onDragLeave: (event: DragEvent<HTMLElement>) => mark(event, false),
    onDrop: (event: DragEvent<HTMLElement>) => {
      if (!isOfRender(event)) return;
      event.preventDefault();
      mark(event, false);
      compareWith(studio, event.dataTransfer.getData(RENDER_TYPE), render);
    },
  };
}
