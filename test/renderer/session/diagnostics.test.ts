/** What "Copy diagnostics" copies to the clipboard, and what it never copies. */
import i18next from 'i18next';
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { en } from '../../../renderer/panels/texts/en.ts';
import { copyDiagnostics } from '../../../renderer/session/diagnostics.ts';
import type { Studio } from '../../../renderer/session/studio.ts';

vi.mock('../../../renderer/session/notices.ts', () => ({ reportNotice: () => {} }));

const record = {
  state: 'failed',
  error: { code: 'ENGINE_CRASHED', message: 'The engine ended while it drew Grandma.' },
  device: 'cpu',
  timingsMs: { total: 12 },
  peakMemoryBytes: 34,
  request: {
    parameters: { seed: 5 },
    pack: { id: 'tiny' },
    scene: { prompt: 'a secret garden', concepts: [{ name: 'Grandma', image: 'a picture' }] },
  },
};

let copied: string;
let calls: unknown[][];
const studio = {
  projectId: 'open',
  client: {
    call: async (...call: unknown[]) => {
      calls.push(call);
      return call[0] === 'app.diagnostics' ? { program: '1.2.3' } : record;
    },
  },
} as unknown as Studio;

beforeAll(async () => {
  await i18next.init({ lng: 'en', resources: { en: { translation: en } } });
});

beforeEach(() => {
  copied = '';
  calls = [];
  vi.stubGlobal('navigator', {
    userAgent: 'a browser',
    clipboard: {
      writeText: async (text: string) => {
        copied = text;
      },
    },
  });
});

afterEach(() => {
  vi.unstubAllGlobals();
});

test('without a render: what host and browser report about themselves', async () => {
  await copyDiagnostics(studio);
  expect(JSON.parse(copied)).toEqual({ program: '1.2.3', browser: 'a browser' });
  expect(calls).toEqual([['app.diagnostics', {}]]);
});

test('of a render: its numbers and its error code', async () => {
  await copyDiagnostics(studio, 'render');
  expect(calls[1]).toEqual(['renders.get', { projectId: 'open', renderId: 'render' }]);
  expect(JSON.parse(copied).render).toEqual({
    state: 'failed',
    code: 'ENGINE_CRASHED',
    device: 'cpu',
    timingsMs: { total: 12 },
    peakMemoryBytes: 34,
    parameters: { seed: 5 },
    pack: { id: 'tiny' },
    concepts: 1,
  });
});

test('never a prompt, a name, a picture, or the sentence of an error', async () => {
  await copyDiagnostics(studio, 'render');
  for (const word of ['secret', 'Grandma', 'a picture']) expect(copied).not.toContain(word);
});
