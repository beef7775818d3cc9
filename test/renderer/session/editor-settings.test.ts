import { beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS, type Settings } from '../../../electron/contract/settings.ts';
import type { StudioClient } from '../../../renderer/client/studio-client.ts';
import { withChord } from '../../../renderer/editor/shortcuts.ts';
import { changeEditorSettings, changeSettings } from '../../../renderer/session/editor-settings.ts';
import { useStudio } from '../../../renderer/session/studio-store.ts';

/** A host that answers when it is told to. */
function slowHost() {
  const waiting: { readonly answer: () => void; readonly fail: (error: Error) => void }[] = [];
  let settings = DEFAULT_SETTINGS;
  const call = (_: string, change: Partial<Settings>) =>
    new Promise<Settings>((resolve, reject) => {
      waiting.push({
        answer: () => {
          settings = { ...settings, ...change };
          resolve(settings);
        },
        fail: reject,
      });
    });
  const next = async () => {
    await expect.poll(() => waiting.length).toBeGreaterThan(0);
    return waiting.shift()!;
  };
  return { client: { call } as unknown as StudioClient, waiting, next, kept: () => settings };
}

beforeEach(() => useStudio.setState({ settings: DEFAULT_SETTINGS }));

describe('what the editor remembers', () => {
  it('keeps two quick changes, of one entry and of two', async () => {
    const { client, next, kept } = slowHost();
    const changes = [
      changeEditorSettings(client, () => ({ prepare: { method: 'layers' } })),
      changeEditorSettings(client, ({ prepare }) => ({ prepare: { ...(prepare as object), growPx: 3 } })),
      changeEditorSettings(client, () => ({ language: 'ko' })),
    ];
    for (const _ of changes) (await next()).answer();
    await Promise.all(changes);
    expect(kept().editor).toEqual({ prepare: { method: 'layers', growPx: 3 }, language: 'ko' });
    expect(useStudio.getState().settings.editor).toEqual(kept().editor);
  });

  it('is changed after a change that failed, which its caller hears of', async () => {
    const { client, next, kept } = slowHost();
    const failing = changeEditorSettings(client, () => ({ language: 'ko' }));
    const after = changeEditorSettings(client, () => ({ showPixels: true }));
    (await next()).fail(new Error('The disk is full.'));
    await expect(failing).rejects.toThrow('The disk is full.');
    (await next()).answer();
    await after;
    expect(kept().editor).toEqual({ showPixels: true });
  });
});

it('keeps two quick changes of shortcuts, and takes a chord from the one that got it first', async () => {
  const { client, next, kept } = slowHost();
  const bind = (...[action, chord]: [Parameters<typeof withChord>[1], string]) =>
    changeSettings(client, ({ shortcuts }) => ({ shortcuts: withChord(shortcuts, action, chord) }));
  const changes = [
    bind('tool.brush', 'F9'),
    bind('tool.eraser', 'F9'),
    changeEditorSettings(client, () => ({ language: 'ko' })),
    bind('tool.hand', 'F10'),
  ];
  for (const _ of changes) (await next()).answer();
  await Promise.all(changes);
  expect(kept().shortcuts).toEqual({ 'tool.brush': null, 'tool.eraser': 'F9', 'tool.hand': 'F10' });
  expect(kept().editor).toEqual({ language: 'ko' });
});
