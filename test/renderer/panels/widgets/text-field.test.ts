// @vitest-environment happy-dom
/** A text field and what changes its text from elsewhere, such as undo. */
import { MantineProvider } from '@mantine/core';
import { act, createElement } from 'react';
import { createRoot } from 'react-dom/client';
import { expect, onTestFinished, test, vi } from 'vitest';
import { TextField } from '../../../../renderer/panels/widgets/text-field.tsx';

test('shows a change from elsewhere unless something else is typed, and commits only what is', async () => {
  vi.useFakeTimers();
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  const host = document.body.appendChild(document.createElement('div'));
  const root = createRoot(host);
  onTestFinished(async () => {
    await act(async () => root.unmount());
    host.remove();
    vi.useRealTimers();
  });
  const committed: string[] = [];
  const show = (value: string) => {
    const props = {
      label: 'Prompt',
      value,
      maxLength: 100,
      onCommit: (next: string) => committed.push(next),
    };
    return act(async () =>
      root.render(createElement(MantineProvider, null, createElement(TextField, props))),
    );
  };
  const field = () => host.querySelector('input')!;
  const type = (text: string) =>
    act(async () => {
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')!.set!.call(field(), text);
      field().dispatchEvent(new Event('input', { bubbles: true }));
    });
  await show('a cat');
  expect(field().dataset.committed).toBe('true');
  await type('a cat and');
  expect(field().dataset.committed).toBe('false');
  await show('a dog');
  expect(field().value).toBe('a cat and');
  await type('a dog');
  expect(field().dataset.committed).toBe('true');
  await show('a car');
  expect(field().value).toBe('a car');
  await act(async () => vi.advanceTimersByTime(5_000));
  expect(committed).toEqual([]);
  await type('a cart');
  await act(async () => vi.advanceTimersByTime(5_000));
  expect(committed).toEqual(['a cart']);
});
