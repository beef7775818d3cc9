/** Comparing two pictures of the history: one is dragged onto the other, or chosen after "Compare with…". */
import type { DragEvent } from 'react';
import type { RenderSummary } from '../../../electron/contract/render-record.ts';
import { useEditor } from '../../session/editor-store.ts';
import type { Studio } from '../../session/studio.ts';
import { findRender, useStudio } from '../../session/studio-store.ts';

/** Type of the dragged data: a render's id. */
const RENDER_TYPE = 'application/x-pnpmix-render';

/** Compares a render with the one that was dragged or chosen first, which is the one before. */
function compareWith(studio: Studio, firstId: string, second: RenderSummary): void {
  const first = findRender(useStudio.getState(), firstId);
  if (first?.result && second.result && firstId !== second.renderId) studio.renders.compare(first, second);
}

/** Shows a render, or compares it with the one that waits for it. */
export function showOrCompare(studio: Studio, render: RenderSummary): void {
  const { comparingId } = useEditor.getState();
  if (comparingId === null || comparingId === render.renderId) {
    useEditor.setState({ comparingId: null });
    studio.renders.show(render);
  } else compareWith(studio, comparingId, render);
}

/** Makes a picture of the history one that can be dragged onto another, and that takes others. */
export function compareByDragging(studio: Studio, render: RenderSummary) {
  if (render.result === null) return {};
  const isOfRender = ({ dataTransfer }: DragEvent) => dataTransfer.types.includes(RENDER_TYPE);
  const mark = ({ currentTarget }: DragEvent<HTMLElement>, isTarget: boolean) =>
    currentTarget.toggleAttribute('data-drop-target', isTarget);
  return {
    draggable: true,
    onDragStart: ({ dataTransfer }: DragEvent<HTMLElement>) => {
      dataTransfer.setData(RENDER_TYPE, render.renderId);
      dataTransfer.effectAllowed = 'link';
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
