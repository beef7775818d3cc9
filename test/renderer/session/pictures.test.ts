/** Adding picture files to a project. */
import i18next from 'i18next';
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { StudioError } from '../../../electron/contract/errors.ts';
import type { StudioClient } from '../../../renderer/client/studio-client.ts';
import { en } from '../../../renderer/panels/texts/en.ts';
import { Pictures } from '../../../renderer/session/pictures.ts';
import type { ProjectSession } from '../../../renderer/session/project-session.ts';

const reported = vi.hoisted(() => vi.fn());
vi.mock('../../../renderer/session/notices.ts', () => ({ reportNotice: reported }));

const session = { projectId: 'open' } as unknown as ProjectSession;
const file = new Blob(['a picture'], { type: 'image/png' });
const uploads: [string, string][] = [];
const imports: Record<string, unknown>[] = [];
let failures: StudioError[];
let notes: string[];
let pictures: Pictures;

beforeAll(async () => {
  await i18next.init({ lng: 'en', resources: { en: { translation: en } } });
});

beforeEach(() => {
  uploads.length = 0;
  imports.length = 0;
  failures = [];
  notes = [];
  reported.mockClear();
  const client = {
    upload: async (bytes: Uint8Array, type: string) => {
      uploads.push([new TextDecoder().decode(bytes), type]);
      const failure = failures.shift();
      if (failure) throw failure;
      return `upload ${uploads.length}`;
    },
    call: async (_name: string, input: Record<string, unknown>) => {
      imports.push(input);
      return { asset: 'asset', width: 2, height: 3, notes };
    },
    readAsset: async () => new Uint8Array([1, 2, 3]),
  };
  pictures = new Pictures(client as unknown as Pick<StudioClient, 'call' | 'upload' | 'readAsset'>);
});

afterEach(() => {
  vi.unstubAllGlobals();
});

test('a file is uploaded once, even if requested again during its upload', async () => {
  const both = await Promise.all([pictures.upload(file), pictures.upload(file)]);
  expect(both).toEqual(['upload 1', 'upload 1']);
  expect(await pictures.upload(file)).toBe('upload 1');
  expect(uploads).toEqual([['a picture', 'image/png']]);
});

test('a failed upload is retried', async () => {
  failures = [new StudioError('HOST_UNREACHABLE', 'The host does not answer.')];
  await expect(pictures.upload(file)).rejects.toMatchObject({ code: 'HOST_UNREACHABLE' });
  expect(await pictures.upload(file)).toBe('upload 2');
});

test('a file of a type unknown to the browser is sent as bytes', async () => {
  await pictures.upload(new Blob(['?']));
  expect(uploads).toEqual([['?', 'application/octet-stream']]);
});

test('a picture is imported into the project, covering a given size if requested', async () => {
  await pictures.importPicture(file, 'cat.png', null, session);
  await pictures.importPicture(file, 'cat.png', { width: 64, height: 32 }, session);
  expect(imports).toEqual([
    { projectId: 'open', upload: 'upload 1', name: 'cat.png', fit: null },
    {
      projectId: 'open',
      upload: 'upload 1',
      name: 'cat.png',
      fit: { width: 64, height: 32, mode: 'cover' },
    },
  ]);
});

test('a mask’s import is described in the window’s words', async () => {
  notes = ['mask-in-colour'];
  expect(await pictures.importMask(file, 'mask.png', { width: 4, height: 5 }, session)).toBe('asset');
  expect(imports).toMatchObject([{ kind: 'loadedMask', fit: { width: 4, height: 5, mode: 'cover' } }]);
  expect(reported.mock.calls.map(([message]) => message)).toEqual([
    en.pictureNotes['mask-in-colour'].replace('{{name}}', 'mask.png'),
  ]);
});

test('a subject mask is resized to its picture, whose pixels are released', async () => {
  const close = vi.fn();
  vi.stubGlobal('createImageBitmap', async () => ({ width: 7, height: 9, close }));
  await pictures.importSubject(file, 'image', session);
  expect(imports).toMatchObject([{ name: 'subject', fit: { width: 7, height: 9 } }]);
  expect(close).toHaveBeenCalledOnce();
});
