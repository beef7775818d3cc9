/** What is packaged, and that the packaged files start. Building the installers needs Electron's binary. */
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../build/build-host.ts';
import { builderConfig, homepageOf, linuxTargets, updatesOf } from '../../build/builder-config.ts';
import { makeInstallers } from '../../build/make-installers.ts';
import { smokeApp } from '../../build/smoke-app.ts';
import { isPackaged, STAGED, type StagedPart, stageApp } from '../../build/stage-app.ts';
import { outsideArchive } from '../../electron/main/outside-archive.ts';
import { PROJECT_EXTENSION } from '../../electron/projects/file-names.ts';
import { serveEnvironment } from '../electron/serve/serve-process.ts';

describe('the files of libraries', () => {
  const linux = { platform: 'linux', arch: 'x64' } as const;
  const mac = { platform: 'darwin', arch: 'arm64' } as const;

  it.each([
    ['onnxruntime-node/bin/napi-v6/linux/x64/onnxruntime_binding.node', true, false],
    ['onnxruntime-node/bin/napi-v6/linux/arm64/onnxruntime_binding.node', false, false],
    ['onnxruntime-node/bin/napi-v6/darwin/arm64/libonnxruntime.dylib', false, true],
    ['better-sqlite3/prebuilds/linux-x64.node', true, false],
    ['better-sqlite3/prebuilds/linuxmusl-x64.node', false, false],
    ['fs-native-extensions/prebuilds/darwin-arm64/fs-native-extensions.node', false, true],
    ['better-sqlite3/lib/index.js', true, true],
    ['better-sqlite3/LICENSE', true, true],
    ['better-sqlite3/deps/sqlite3/sqlite3.c', false, false],
    ['zod/index.d.ts', false, false],
    ['zod/index.js', true, true],
  ])('%s', (path, onLinux, onMac) => {
    expect([isPackaged(path, linux), isPackaged(path, mac)]).toEqual([onLinux, onMac]);
  });
});

describe('the configuration', () => {
  it('fuses: only the program’s own code can run', () => {
    expect(builderConfig.electronFuses).toEqual({
      runAsNode: false,
      enableCookieEncryption: true,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      loadBrowserProcessSpecificV8Snapshot: false,
      grantFileProtocolExtraPrivileges: false,
    });
    expect(builderConfig.asar).toBe(true);
  });

  it('builds a deb only if there is a real home page, not a placeholder', () => {
    expect(linuxTargets(homepageOf({}))).toEqual(['AppImage']);
    expect(homepageOf({ PNPMIX_HOMEPAGE: 'https://studio.example' })).toBe('https://studio.example/');
    expect(linuxTargets('https://studio.example/')).toEqual(['AppImage', 'deb']);
    expect(() => homepageOf({ PNPMIX_HOMEPAGE: 'studio.example' })).toThrow('must begin with https://');
  });

  it('looks for updates only at an address that the publisher names', () => {
    expect(updatesOf({})).toBeNull();
    expect(updatesOf({ PNPMIX_UPDATES: 'https://studio.example/updates' })).toEqual({
      provider: 'generic',
      url: 'https://studio.example/updates',
    });
    expect(() => updatesOf({ PNPMIX_UPDATES: 'http://studio.example' })).toThrow('must begin with https://');
    expect(builderConfig.publish).toBeNull();
  });

  it('associates project files with the program', () => {
    expect(builderConfig.fileAssociations).toMatchObject([
      { ext: PROJECT_EXTENSION.slice(1), role: 'Editor' },
    ]);
  });

  it('uses exactly the Electron version that the project pins', () => {
    const { devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    expect(devDependencies.electron).toMatch(/^45\.\d+\.\d+$/);
    expect(builderConfig.electronVersion).toBe(devDependencies.electron);
  });

  it('unpacks what native code reads, and the host finds it there', () => {
    expect(builderConfig.asarUnpack).toContain('native-models/packs/**');
    const inside = join('opt', 'app', 'resources', 'app.asar', 'native-models', 'packs');
    expect(outsideArchive(inside)).toBe(inside.replace('app.asar', 'app.asar.unpacked'));
    expect(outsideArchive(outsideArchive(inside))).toBe(outsideArchive(inside));
    expect(outsideArchive('/home/me/studio/native-models/packs')).toBe('/home/me/studio/native-models/packs');
  });
});

describe('without Electron’s binary', () => {
  const failing = (name: string) => async () => {
    throw Object.assign(new Error('getaddrinfo ENOTFOUND github.com\nand more'), { name });
  };

  it('builds no installers and says why in one sentence', async () => {
    await expect(makeInstallers(failing('RequestError'))).rejects.toMatchObject({
      code: 'ELECTRON_UNAVAILABLE',
      message: expect.stringMatching(
        /^No installers .* Electron 45\.\S+ .*\(.* github\.com\); .* dist\/app\.$/,
      ),
    });
  });

  it('reports any other failure as it is', async () => {
    await expect(makeInstallers(failing('InvalidConfigurationError'))).rejects.toMatchObject({
      name: 'InvalidConfigurationError',
    });
  });
});

describe('the staged program', () => {
  let root: string;
  let parts: StagedPart[];
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'package-'));
    const page = join(root, 'page');
    await mkdir(page);
    await writeFile(join(page, 'index.html'), '<!doctype html><title>PnP-MIX Studio</title>');
    parts = await stageApp(process, page);
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  it('contains what it needs to run, and nothing else', () => {
    for (const path of [
      'package.json',
      'LICENSE',
      'electron/main/main.js',
      'electron/serve/main.js',
      'electron/inference/engine/engine-process.js',
      'electron/foundation/pictures/picture-process.js',
      'electron/app/licence-texts/packages.json',
      'electron/app/licence-texts/lgpl-3.0.txt',
      'dist/preload/preload.cjs',
      'dist/icons/icon.png',
      'dist/renderer/index.html',
      'native-models/packs/sd21/catalog.json',
      'node_modules/better-sqlite3/lib/index.js',
    ]) {
      expect([path, existsSync(join(STAGED, path))]).toEqual([path, true]);
    }
    for (const path of [
      'test',
      'build',
      'node_modules/electron',
      'node_modules/typescript',
      'node_modules/vitest',
    ]) {
      expect([path, existsSync(join(STAGED, path))]).toEqual([path, false]);
    }
    const { main, dependencies, devDependencies } = JSON.parse(
      readFileSync(join(STAGED, 'package.json'), 'utf8'),
    );
    expect([main, devDependencies]).toEqual(['electron/main/main.js', undefined]);
    for (const name of Object.keys(dependencies)) {
      expect([name, existsSync(join(STAGED, 'node_modules', name, 'package.json'))]).toEqual([name, true]);
    }
    const [largest] = parts;
    expect(largest!.part).toMatch(/onnxruntime|starter|@img/);
    expect(parts.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(400e6);
  });

  it('starts with the browser host: page, project, engine', async () => {
    const { PNPMIX_PACKS_DIR } = await serveEnvironment(root);
    const { version, engine } = await smokeApp(STAGED, { PNPMIX_PACKS_DIR });
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(engine).toMatchObject({ state: 'ready' });
  });
});
