// @vitest-environment happy-dom
/** Pictures that a host which has just been restarted does not have yet. */
import { act, createElement } from 'react';
import { createRoot } from 'react-dom/client';
import { expect, test, vi } from 'vitest';
import { useReloadPictures } from '../../../../renderer/panels/window/use-reload-pictures.ts';
import type { Studio } from '../../../../renderer/session/studio.ts';
import { StudioContext } from '../../../../renderer/session/studio-context.ts';

function Pictures() {
  useReloadPictures();
  return createElement('img', { src: '/assets/key/picture', alt: '' });
}

test('are loaded again once their project is open again, and then no more', async () => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  let opened = Promise.withResolvers<void>();
  const studio = { session: { saved: () => opened.promise } } as unknown as Studio;
  const host = document.body.appendChild(document.createElement('div'));
  const root = createRoot(host);
  await act(async () =>
    root.render(createElement(StudioContext, { value: studio }, createElement(Pictures))),
  );
  const image = host.querySelector('img')!;
  const loads = vi.spyOn(image, 'src', 'set');
  const fail = () => image.dispatchEvent(new Event('error'));
  fail();
  await Promise.resolve();
  expect(loads).not.toHaveBeenCalled();
  opened.resolve();
  await expect.poll(() => loads.mock.calls.length).toBe(1);
  fail();
  // Another picture in its place is a new one.
  opened = Promise.withResolvers();
  image.src = '/assets/key/other';
  fail();
  image.src = '/assets/key/third';
  opened.resolve();
  await opened.promise;
  await Promise.resolve();
  expect(loads.mock.calls.map(([src]) => src)).toEqual([
    expect.stringContaining('picture'),
    '/assets/key/other',
    '/assets/key/third',
  ]);
  await act(async () => root.unmount());
  host.remove();
});
