// @vitest-environment happy-dom
/** Buttons for picture files. */
import { MantineProvider } from '@mantine/core';
import { act, createElement } from 'react';
import { jsx } from 'react/jsx-runtime';
import { createRoot } from 'react-dom/client';
import { expect, test, vi } from 'vitest';
import { FileButton } from '../../../../renderer/panels/widgets/file-button.tsx';

test('the file that was chosen before can be chosen again', async () => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  const chosen: string[] = [];
  const host = document.body.appendChild(document.createElement('div'));
  const root = createRoot(host);
  const button = jsx(FileButton, { children: 'Load', onFile: ({ name }: File) => chosen.push(name) });
  await act(async () => root.render(createElement(MantineProvider, null, button)));
  const input = host.querySelector('input')!;
  // As in a browser: the value is the chosen file's path, and choosing it again changes nothing.
  let value = '';
  Object.defineProperty(input, 'value', {
    get: () => value,
    set: (next: string) => {
      value = next;
    },
  });
  const choose = async (name: string) => {
    await act(async () => host.querySelector('button')!.click());
    if (value === name) return;
    value = name;
    Object.defineProperty(input, 'files', { configurable: true, value: [new File([''], name)] });
    await act(async () => input.dispatchEvent(new Event('change', { bubbles: true })));
  };
  await choose('mask.png');
  await choose('mask.png');
  expect(chosen).toEqual(['mask.png', 'mask.png']);
  expect(input.multiple).toBe(false);
  await act(async () => root.unmount());
});
