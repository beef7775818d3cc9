/** Every package that is shipped, in the host or in the page, is listed with the full text of its licence. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'vite';
import { beforeAll, expect, it } from 'vitest';
import { ROOT } from '../../../build/build-host.ts';
import { readLicences } from '../../../electron/app/licences.ts';
import type { LicenceNotice } from '../../../electron/contract/commands/app-commands.ts';

const texts = join(ROOT, 'electron', 'app', 'licence-texts');

let notices: LicenceNotice[];

beforeAll(async () => {
  // `npm test` builds the page first; a single test may have to.
  const built = join(ROOT, 'dist', 'renderer', 'licences.json');
  await readFile(built).catch(() =>
    build({ configFile: join(ROOT, 'build', 'vite.renderer.ts'), logLevel: 'warn' }),
  );
  notices = await readLicences(ROOT, join(ROOT, 'native-models', 'packs'));
});

const textOf = (name: string) => notices.find((notice) => notice.name.startsWith(name))?.text ?? '';

it('no package lacks its text', () => {
  expect(notices.filter(({ text }) => text === null || text.length < 400)).toEqual([]);
  expect(notices.filter(({ licence }) => /not stated|unlicensed/i.test(licence))).toEqual([]);
});

it.each([
  'react',
  'react-dom',
  '@mantine/core',
  'konva',
  'react-konva',
  'i18next',
  'zustand',
  '@dnd-kit/core',
  'comlink',
  '@tabler/icons-react',
  'react-markdown',
])('the page’s %s is listed', (name) => {
  expect(notices.filter((notice) => notice.name === name)).toHaveLength(1);
});

it('all of the host’s own dependencies are listed', async () => {
  const { dependencies } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  const names = notices.map(({ name }) => name);
  expect(Object.keys(dependencies).filter((name) => !names.includes(name))).toEqual([]);
});

it('libvips comes with the LGPL, the GPL, its parts, and how to replace it', () => {
  const name = process.platform === 'win32' ? '@img/sharp-win32-' : '@img/sharp-libvips-';
  const text = textOf(name);
  for (const part of [
    'GNU LESSER GENERAL PUBLIC',
    'GNU GENERAL PUBLIC',
    'librsvg',
    'You may replace the library',
  ]) {
    expect(text).toContain(part);
  }
});

it('ONNX Runtime comes with its licence and its third-party notices', async () => {
  const text = textOf('onnxruntime-node');
  expect(text).toContain('Microsoft Corporation');
  expect(text).toContain('THIRD PARTY SOFTWARE NOTICES AND INFORMATION');
  // The notices are those of one release.
  const { dependencies } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  expect(await readFile(join(texts, 'README.md'), 'utf8')).toContain(dependencies['onnxruntime-node']);
});

it('no text is stored that no package needs', async () => {
  const added = JSON.parse(await readFile(join(texts, 'packages.json'), 'utf8')) as Record<string, string[]>;
  const names = notices.map(({ name }) => name);
  const unused = Object.keys(added).filter(
    // Windows has libvips in another package.
    (pattern) =>
      !/win32|libvips/.test(pattern) &&
      !names.some((name) =>
        pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern,
      ),
  );
  expect(unused).toEqual([]);
  const used = new Set(Object.values(added).flat());
  const files = (await readdir(texts)).filter((name) => name.endsWith('.txt'));
  expect(files.filter((name) => !used.has(name))).toEqual([]);
});
