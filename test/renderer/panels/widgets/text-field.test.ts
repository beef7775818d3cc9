// @vitest-environment happy-dom
/** A text field and what changes its text from elsewhere, such as undo. */
import { MantineProvider } from '@mantine/core';
import { act, createElement } from 'react';
import { createRoot } from 'react-dom/client';
import { expect, onTestFinished, test, vi } from 'vitest';
import { runAction } from '../../../../renderer/panels/actions/actions.ts';
import { NumberField } from '../../../../renderer/panels/widgets/number-field.tsx';
import { TextField } from '../../../../renderer/panels/widgets/text-field.tsx';
import type { Studio } from '../../../../renderer/session/studio.ts';

const type = (field: HTMLInputElement, text: string) =>
  act(async () => {
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')!.set!.call(field, text);
    field.dispatchEvent(new Event('input', { bubbles: true }));
  });

test('an action comes after what is typed in fields that keep the focus, such as a render by its shortcut', async () => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  const host = document.body.appendChild(document.createElement('div'));
  const root = createRoot(host);
  const done: unknown[] = [];
  const onCommit = (next: unknown) => done.push(next);
  const fields = [
    createElement(TextField, { key: 'text', label: 'Prompt', value: '', maxLength: 100, onCommit }),
    createElement(NumberField, { key: 'number', value: 1, min: 0, max: 10, onCommit }),
  ];
  await act(async () => root.render(createElement(MantineProvider, null, ...fields)));
  const [text, number] = host.querySelectorAll('input');
  await type(text!, 'a cat');
  await type(number!, '12');
  const studio = { view: { fit: () => done.push('action') } } as unknown as Studio;
  await act(async () => runAction(studio, 'view.fit'));
  expect(done).toEqual(['a cat', 10, 'action']);
  await act(async () => root.unmount());
  host.remove();
  runAction(studio, 'view.fit');
  expect(done).toEqual(['a cat', 10, 'action', 'action']);
});

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
  await show('a cat');
  expect(field().dataset.committed).toBe('true');
  await type(field(), 'a cat and');
  expect(field().dataset.committed).toBe('false');
  await show('a dog');
  expect(field().value).toBe('a cat and');
  await type(field(), 'a dog');
  expect(field().dataset.committed).toBe('true');
  await show('a car');
  expect(field().value).toBe('a car');
  await act(async () => vi.advanceTimersByTime(5_000));
  expect(committed).toEqual([]);
  await type(field(), 'a cart');
  await act(async () => vi.advanceTimersByTime(5_000));
  expect(committed).toEqual(['a cart']);
});
