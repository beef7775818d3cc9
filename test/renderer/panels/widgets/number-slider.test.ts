// @vitest-environment happy-dom
/** Steps of the history that a slider makes. */
import { MantineProvider } from '@mantine/core';
import { act, createElement } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { NumberSlider } from '../../../../renderer/panels/widgets/number-slider.tsx';

let root: Root;
let host: HTMLElement;
const committed: number[] = [];

beforeEach(async () => {
  vi.useFakeTimers();
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  committed.length = 0;
  host = document.body.appendChild(document.createElement('div'));
  root = createRoot(host);
  const slider = createElement(NumberSlider, {
    label: 'Beta',
    value: 5,
    min: 0,
    max: 10,
    step: 1,
    onCommit: (value: number) => committed.push(value),
  });
  await act(async () => root.render(createElement(MantineProvider, null, slider)));
});

afterEach(async () => {
  await act(async () => root.unmount());
  host.remove();
});

const thumb = () => host.querySelector<HTMLElement>('[role="slider"]')!;
const press = (key: string) =>
  act(async () => thumb().dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true })));
const wait = (ms: number) => act(async () => vi.advanceTimersByTime(ms));

describe('arrow keys on a slider', () => {
  it('in quick succession are one step, at the last value', async () => {
    for (let count = 0; count < 3; count++) {
      await press('ArrowRight');
      await wait(100);
    }
    expect(thumb().getAttribute('aria-valuenow')).toBe('8');
    expect(committed).toEqual([]);
    await wait(400);
    expect(committed).toEqual([8]);
  });

  it('are a step before whatever key comes next', async () => {
    await press('ArrowLeft');
    await press('z');
    expect(committed).toEqual([4]);
  });

  it('are a step before the slider is left or disappears', async () => {
    await press('End');
    await act(async () => thumb().dispatchEvent(new FocusEvent('focusout', { bubbles: true })));
    expect(committed).toEqual([10]);
    await press('Home');
    await act(async () => root.render(null));
    expect(committed).toEqual([10, 0]);
  });
});

describe('the number beside a slider', () => {
  const field = () => host.querySelector<HTMLInputElement>('input[inputmode]')!;
  const setValue = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')!.set!;
  const type = (text: string) =>
    act(async () => {
      setValue.call(field(), text);
      field().dispatchEvent(new Event('input', { bubbles: true }));
    });
  const leave = () => act(async () => field().dispatchEvent(new FocusEvent('focusout', { bubbles: true })));

  it('counts once it is left, within its range', async () => {
    await type('1');
    await type('12');
    expect(committed).toEqual([]);
    await leave();
    expect(committed).toEqual([10]);
  });

  it('keeps its number when it is emptied', async () => {
    // As by the backspace key: a single digit is there for a moment.
    for (const text of ['3', '']) await type(text);
    await leave();
    expect(committed).toEqual([]);
    expect(field().value).toBe('5');
    expect(thumb().getAttribute('aria-valuenow')).toBe('5');
    await type('-');
    await leave();
    expect(field().value).toBe('5');
    expect(committed).toEqual([]);
  });
});
