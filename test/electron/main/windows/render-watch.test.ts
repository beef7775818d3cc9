import { beforeEach, describe, expect, it } from 'vitest';
import type { StudioEvent } from '../../../../electron/contract/events.ts';
import type { RenderSummary } from '../../../../electron/contract/render-record.ts';
import { hostTexts } from '../../../../electron/main/host-texts.ts';
import { type RenderMessage, RenderWatch } from '../../../../electron/main/windows/render-watch.ts';

let time: number;
let isInFront: boolean;
let language: string;
let progress: (number | null)[];
let messages: RenderMessage[];
let watch: RenderWatch;

beforeEach(() => {
  time = 0;
  isInFront = false;
  language = 'en-GB';
  progress = [];
  messages = [];
  watch = new RenderWatch({
    showProgress: (share) => progress.push(share),
    showMessage: (message) => messages.push(message),
    isInFront: () => isInFront,
    texts: () => hostTexts(language).renderEnded,
    now: () => time,
  });
});

const step = (at: number, renderId = 'a') =>
  watch.take({
    event: 'render.progress',
    payload: { renderId, projectId: 'p', stage: 'blend', step: at, total: 4, timeLeftMs: null },
  });

const ended = (change: Partial<RenderSummary> = {}) =>
  watch.take({
    event: 'render.changed',
    payload: {
      projectId: 'p',
      render: { renderId: 'a', state: 'done', name: null, sweep: null, ...change } as RenderSummary,
    },
  });

describe('progress at the icon', () => {
  it('follows the render and disappears with it', () => {
    step(1);
    step(4);
    ended();
    expect(progress).toEqual([0.25, 1, null]);
  });

  it('stays while another render runs, and disappears with the queue', () => {
    step(1);
    step(2, 'b');
    ended();
    expect(progress).toEqual([0.25, 0.5]);
    watch.take({ event: 'queue.changed', payload: { entries: [] } } as StudioEvent);
    expect(progress.at(-1)).toBeNull();
  });
});

describe('the message', () => {
  it('tells of a long render that ended while the user was elsewhere', () => {
    step(1);
    time = 12_000;
    ended();
    expect(messages).toEqual([{ title: 'Render finished', body: 'Click to see it.' }]);
  });

  it('speaks the window’s language, and names the render', () => {
    language = 'ko';
    step(1);
    time = 12_000;
    ended({ state: 'failed', name: '해변' });
    expect(messages).toEqual([{ title: '렌더링하지 못했습니다', body: '해변' }]);
  });

  it('does not tell of short, cancelled or watched renders, nor of a sweep’s single pictures', () => {
    step(1);
    time = 5000;
    ended();
    step(1);
    time += 20_000;
    ended({ state: 'cancelled' });
    step(1);
    time += 20_000;
    isInFront = true;
    ended();
    isInFront = false;
    step(1);
    time += 20_000;
    ended({ sweep: { isDraft: true } });
    // Of another session: nothing is known of its beginning.
    ended();
    expect(messages).toEqual([]);
  });
});
