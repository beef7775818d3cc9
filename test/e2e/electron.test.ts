/**
 * The program in Electron itself. Runs unchanged wherever Electron's binary is installed, and is otherwise reported as
 * skipped: test/electron/main runs the same host on a fake of Electron.
 */
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildHost } from '../../build/build-host.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Path of the binary, without asking the package for it, which would try to download it. */
function electronBinary(): string | undefined {
  const folder = dirname(createRequire(import.meta.url).resolve('electron/package.json'));
  const named = join(folder, 'path.txt');
  if (!existsSync(named)) return undefined;
  const binary = join(folder, 'dist', readFileSync(named, 'utf8'));
  return existsSync(binary) ? binary : undefined;
}

const binary = electronBinary();
if (binary === undefined) {
  console.warn('Skipped: Electron’s binary is not installed here (npx install-electron fetches it).');
}

describe.skipIf(binary === undefined)('in Electron', () => {
  let root: string;
  let application: ElectronApplication;
  let page: Page;

  beforeAll(async () => {
    await buildHost();
    root = await mkdtemp(join(tmpdir(), 'electron-e2e-'));
    application = await _electron.launch({
      executablePath: binary!,
      args: [ROOT, ...(process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
      env: {
        ...(process.env as Record<string, string>),
        PNPMIX_SETTINGS_DIR: join(root, 'settings'),
        PNPMIX_CACHE_DIR: join(root, 'cache'),
        PNPMIX_PROJECTS_DIR: join(root, 'projects'),
        PNPMIX_MODELS_DIR: join(root, 'models'),
      },
    });
    page = await application.firstWindow();
  });
  afterAll(async () => {
    await application?.close();
    if (root !== undefined) await rm(root, { recursive: true, force: true });
  });

  it('shows the program’s page, sandboxed and without Node', async () => {
    expect(page.url()).toBe('app://studio/index.html');
    expect(
      await page.evaluate(`['require', 'process', 'module', 'Buffer'].filter((name) => name in window)`),
    ).toEqual([]);
    const preferences = await application.evaluate(({ BrowserWindow }) => {
      const [window] = BrowserWindow.getAllWindows();
      return (window!.webContents as unknown as { getLastWebPreferences(): object }).getLastWebPreferences();
    });
    expect(preferences).toMatchObject({ sandbox: true, contextIsolation: true, nodeIntegration: false });
  });

  it('answers commands through the bridge', async () => {
    expect(await page.evaluate(`pnpMixBridge.commands['app.info']({})`)).toMatchObject({
      ok: true,
      value: { host: 'electron', hasNativeDialogs: true },
    });
    expect(await page.evaluate(`pnpMixBridge.commands['project.create']({ name: 'Beach' })`)).toMatchObject({
      ok: true,
    });
  });

  it('cannot navigate away and reaches nothing', async () => {
    expect(await page.evaluate(`fetch('https://example.org/').then(() => true, () => false)`)).toBe(false);
    expect(await page.evaluate(`window.open('https://example.org/') === null`)).toBe(true);
    await page.evaluate(`void (location.href = 'https://example.org/')`);
    expect(page.url()).toBe('app://studio/index.html');
  });

  it('runs the engine as a utility process, and opens SQLite in the host', async () => {
    expect(await page.evaluate(`pnpMixBridge.commands['engine.start']({})`)).toMatchObject({ ok: true });
  });
});
