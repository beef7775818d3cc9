// @vitest-environment happy-dom
/** A picture of the library while a component shows it: each opening is given back. */
import { act, createElement } from 'react';
import { createRoot } from 'react-dom/client';
import { expect, test, vi } from 'vitest';
import { usePicture } from '../../../renderer/canvas/picture.ts';
import type { Picture, PictureLibrary } from '../../../renderer/canvas/picture-library.ts';

let shown: Picture | undefined;
const shownId = () => shown?.id;

const fail = (error: unknown) => {
  throw error;
};

function Shows({ library, id }: { library: PictureLibrary; id: string | null }) {
  shown = usePicture(library, id, fail);
  return null;
}

test('whatever order pictures are asked for and arrive in, only the shown one stays open', async () => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  const users: Record<string, number> = {};
  const pictures: Record<string, Picture> = {};
  const waiting: (() => void)[] = [];
  const library = {
    open: async (id: string) => {
      users[id] = (users[id] ?? 0) + 1;
      pictures[id] ??= { id } as Picture;
      if (id === 'slow') await new Promise<void>((resolve) => waiting.push(resolve));
      return pictures[id];
    },
    release: (id: string) => {
      users[id] = users[id]! - 1;
    },
  } as unknown as PictureLibrary;
  shown = undefined;
  const root = createRoot(document.createElement('div'));
  const show = (id: string | null) => act(async () => root.render(createElement(Shows, { library, id })));
  await show('quick');
  // There and back before the other one has arrived.
  await show('slow');
  await show('quick');
  expect(shownId()).toBe('quick');
  await act(async () => waiting.shift()!());
  expect(users).toEqual({ quick: 1, slow: 0 });
  await show('slow');
  await act(async () => waiting.shift()!());
  expect(shownId()).toBe('slow');
  expect(users).toEqual({ quick: 0, slow: 1 });
  await show(null);
  expect(users).toEqual({ quick: 0, slow: 0 });
  await show('quick');
  await act(async () => root.unmount());
  expect(users).toEqual({ quick: 0, slow: 0 });
});
