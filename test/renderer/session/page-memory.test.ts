/** What a page passes on to the next one, with a fake storage. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import {
  forgetPage,
  type PageMemory,
  recallPage,
  suspendPage,
} from '../../../renderer/session/page-memory.ts';

const KEY = 'pnp-mix-studio.page';
let kept: Map<string, string>;

const memory: PageMemory = {
  path: '/scenes/a.pnpmix',
  gestures: [
    {
      targetId: 'cat',
      size: { width: 8, height: 8 },
      base: null,
      label: 'brush',
      effects: [
        {
          kind: 'stamp',
          from: { x: 1, y: 1, radiusPx: 2 },
          to: { x: 3, y: 1, radiusPx: 2 },
          hardness: 1,
          mode: 'paint',
        },
      ],
      isCutShort: true,
    },
  ],
  awaited: [{ renderId: '00000000-0000-4000-8000-000000000000', hasPainted: false }],
};

beforeEach(() => {
  kept = new Map();
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  });
});

describe('a page', () => {
  it('passes its state on to the next one, once', () => {
    suspendPage(memory);
    expect(recallPage(memory.path)).toEqual(memory);
    expect(recallPage(memory.path)).toBeUndefined();
  });

  it('passes on its renders where there is no room for its gestures', () => {
    vi.spyOn(console, 'warn').mockReturnValue(undefined);
    vi.spyOn(sessionStorage, 'setItem').mockImplementation((key, value) => {
      if (value.length > 200) throw new DOMException('full', 'QuotaExceededError');
      kept.set(key, value);
    });
    kept.set(KEY, 'of an earlier page');
    suspendPage({ ...memory, awaited: [] });
    expect(kept.size).toBe(0);
    suspendPage(memory);
    expect(recallPage(memory.path)).toEqual({ ...memory, gestures: [] });
  });

  it('passes nothing on to another project', () => {
    suspendPage(memory);
    expect(recallPage('/scenes/b.pnpmix')).toBeUndefined();
    expect(kept.size).toBe(0);
  });

  it('passes nothing on if there is nothing, and removes what was stored', () => {
    suspendPage(memory);
    suspendPage({ ...memory, gestures: [], awaited: [] });
    expect(kept.size).toBe(0);
    suspendPage(memory);
    forgetPage();
    expect(kept.size).toBe(0);
  });

  it('ignores invalid contents, and says so', () => {
    const told = vi.spyOn(console, 'error').mockImplementation(() => {});
    for (const wrong of ['{', '{}', JSON.stringify({ ...memory, more: 1 })]) {
      kept.set(KEY, wrong);
      expect(recallPage(memory.path)).toBeUndefined();
      expect(kept.size).toBe(0);
    }
    expect(told).toHaveBeenCalledTimes(3);
    told.mockRestore();
  });
});
