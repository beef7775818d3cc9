/** Exporting renders from the editor: where the files go, what is remembered, and what happens if one fails. */
import { notificationsStore } from '@mantine/notifications';
import i18next from 'i18next';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { StudioError } from '../../../../electron/contract/errors.ts';
import {
  copyRender,
  exportChosen,
  exportRender,
  exportRenders,
} from '../../../../renderer/panels/actions/export-render.ts';
import { exportSettingsOf } from '../../../../renderer/panels/actions/export-settings.ts';
import { en } from '../../../../renderer/panels/texts/en.ts';
import type { Studio } from '../../../../renderer/session/studio.ts';
import { useStudio } from '../../../../renderer/session/studio-store.ts';

type Call = [name: string, input: Record<string, unknown>];
let calls: Call[];
/** What the dialogs return. */
let chosen: string | null;
let failures: Record<string, StudioError>;
/** What an export waits for. */
let wait: Promise<void>;

const studio = {
  projectId: 'project',
  client: {
    call: async (name: string, input: Record<string, unknown>) => {
      calls.push([name, input]);
      if (name.startsWith('dialog.')) return { path: chosen };
      if (name === 'export.picture') await wait;
      const isSettings = name === 'settings.set';
      const failure = failures[isSettings ? 'settings' : String(input.renderId)];
      if (failure) throw failure;
      // The page keeps the answer, also for the tests after this one.
      if (isSettings) return useStudio.getState().settings;
      return { fileName: 'a.webp', bytes: 1, mediaType: '', path: '/a.webp', asset: null };
    },
    readAsset: async () => new Uint8Array([1, 2]),
  },
} as unknown as Studio;

beforeEach(() => {
  calls = [];
  chosen = '/folder';
  failures = {};
  wait = Promise.resolve();
  useStudio.setState({ info: { hasNativeDialogs: true } as never });
});

describe('one render', () => {
  it('is a PNG by default', async () => {
    await exportRender(studio, 'one');
    expect(calls).toEqual([
      ['dialog.saveExport', { format: 'png' }],
      ['export.picture', { projectId: 'project', renderId: 'one', format: 'png', path: '/folder' }],
    ]);
  });

  it('is not exported if the dialog is dismissed', async () => {
    chosen = null;
    await exportRender(studio, 'one', { format: 'psd' });
    expect(calls).toEqual([['dialog.saveExport', { format: 'psd' }]]);
  });
});

describe('several renders', () => {
  const exported = () =>
    calls.flatMap(([name, input]) => (name === 'export.picture' ? [input.renderId] : []));

  it('go into one folder, including those after one that fails', async () => {
    failures = { two: new StudioError('ASSET_MISSING', 'It has no picture.') };
    vi.spyOn(console, 'error').mockReturnValueOnce();
    await exportRenders(studio, ['one', 'two', 'three'], { format: 'webp', quality: 80 });
    expect(exported()).toEqual(['one', 'two', 'three']);
    expect(calls.at(-1)![1]).toEqual({
      projectId: 'project',
      renderId: 'three',
      format: 'webp',
      quality: 80,
      folder: '/folder',
    });
  });

  it('stop at the first one for which there is no room', async () => {
    failures = { two: new StudioError('DISK_FULL', 'The disk is full.') };
    vi.spyOn(console, 'error').mockReturnValueOnce();
    await exportRenders(studio, ['one', 'two', 'three'], { format: 'png' });
    expect(exported()).toEqual(['one', 'two']);
  });
});

it('a long export says that it is under way, and then what was exported', async () => {
  await i18next.init({ lng: 'en', resources: { en: { translation: en } } });
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const texts = () =>
    notificationsStore.getState().notifications.map(({ title, message }) => title ?? message);
  try {
    for (const [renderIds, underWay, exported] of [
      [['one'], 'Exporting the picture…', 'a.webp exported'],
      [['one', 'two'], 'Exporting 2 pictures…', '2 renders exported'],
    ] as const) {
      const answer = Promise.withResolvers<void>();
      wait = answer.promise;
      const done = exportChosen(studio, renderIds, { format: 'psd' }, { format: 'psd', quality: 90 });
      await vi.advanceTimersByTimeAsync(600);
      expect(texts()).toContain(underWay);
      answer.resolve();
      await done;
      expect(texts()).not.toContain(underWay);
      expect(texts()).toContain(exported);
    }
  } finally {
    vi.useRealTimers();
  }
});

it('an export does not fail because its choice cannot be remembered', async () => {
  vi.spyOn(console, 'error').mockReturnValue();
  failures = {
    settings: new StudioError('FOLDER_UNWRITABLE', 'The folder of the settings cannot be written.'),
  };
  for (const renderIds of [['one'], ['one', 'two']]) {
    calls = [];
    await exportChosen(studio, renderIds, { format: 'png' }, { format: 'png', quality: 90 });
    expect(calls.flatMap(([name, { renderId }]) => (name === 'export.picture' ? [renderId] : []))).toEqual(
      renderIds,
    );
    expect(calls).toContainEqual(['settings.set', { editor: { export: { format: 'png', quality: 90 } } }]);
  }
});

describe('the clipboard', () => {
  const stub = (write: (items: readonly { types: readonly string[] }[]) => Promise<void>) => {
    vi.stubGlobal('navigator', { clipboard: { write } });
    vi.stubGlobal(
      'ClipboardItem',
      class {
        readonly types: readonly string[];
        constructor(items: Record<string, unknown>) {
          this.types = Object.keys(items);
        }
      },
    );
  };

  it('receives the picture as PNG', async () => {
    const written: string[] = [];
    stub(async (items) => void written.push(...items.flatMap(({ types }) => types)));
    await copyRender(studio, 'a'.repeat(64));
    expect(written).toEqual(['image/png']);
  });

  it('that is not allowed is an error with advice', async () => {
    stub(() => Promise.reject(new DOMException('no', 'NotAllowedError')));
    await expect(copyRender(studio, 'a'.repeat(64))).rejects.toMatchObject({ code: 'HOST_UNSUPPORTED' });
  });
});

it('the dialog remembers its last settings, and ignores those of another version', () => {
  expect(exportSettingsOf({})).toEqual({ format: 'png', quality: 90 });
  expect(exportSettingsOf({ export: { format: 'webp', quality: 70 } })).toEqual({
    format: 'webp',
    quality: 70,
  });
  expect(exportSettingsOf({ export: { format: 'bmp', quality: 70 } })).toEqual({
    format: 'png',
    quality: 90,
  });
});
