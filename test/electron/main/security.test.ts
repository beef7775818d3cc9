/** What no page may do, whatever was injected into it. docs/security.md names these tests. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pagePolicy } from '../../../electron/app/content-security-policy.ts';
import { isAppAddress } from '../../../electron/main/addresses.ts';
import { PreventableEvent, StandInWebContents } from './electron-stand-in.ts';
import { launchHost, type RunningHost, resultOf, startHost } from './host-fixture.ts';

const PAGE_POLICY = pagePolicy('asset:');

const FOREIGN = [
  'https://example.org/',
  'http://localhost:3000/index.html',
  'file:///etc/passwd',
  'app://other/index.html',
  'app://studio.example.org/',
  'app://user@studio/',
  'javascript:alert(1)',
  'data:text/html,<script>1</script>',
  'about:blank',
  '',
];

/** One host for the tests that do not change it. */
let host: RunningHost;
beforeAll(async () => {
  host = await launchHost({
    page: { 'assets/main.js': 'export {};', '.hidden/x.js': '', 'notes.txt': 'x', 'secret.js.bak': 'x' },
  });
});
afterAll(() => host.stop());

describe('windows', () => {
  it('are sandboxed, isolated and without Node, before and after they are made', async () => {
    const { electron, window, application } = host;
    expect(electron.calls.indexOf('enableSandbox')).toBeLessThan(electron.calls.indexOf('ready'));
    expect(window.options.webPreferences).toEqual({
      preload: join(application, 'dist', 'preload', 'preload.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      spellcheck: false,
      navigateOnDragDrop: false,
    });
    expect(window.webContents.url).toBe('app://studio/index.html');
    expect(window.isShown).toBe(true);
    expect(electron.spellCheck).toBe(false);
  });

  it('go nowhere, open nothing and embed nothing', async () => {
    const { window } = host;
    const { webContents } = window;
    for (const url of FOREIGN) {
      for (const name of ['will-navigate', 'will-frame-navigate', 'will-redirect']) {
        const event = new PreventableEvent(url);
        webContents.emit(name, event);
        expect([name, url, event.defaultPrevented]).toEqual([name, url, true]);
      }
      expect(webContents.openHandler!({ url })).toEqual({ action: 'deny' });
    }
    expect(webContents.openHandler!({ url: 'app://studio/index.html' })).toEqual({ action: 'deny' });
    const home = new PreventableEvent('app://studio/index.html');
    webContents.emit('will-navigate', home);
    expect(home.defaultPrevented).toBe(false);
    const webview = new PreventableEvent();
    webContents.emit('will-attach-webview', webview);
    expect(webview.defaultPrevented).toBe(true);
  });

  it('created by anything else are locked down too', async () => {
    const { electron } = host;
    const contents = new StandInWebContents();
    electron.app.emit('web-contents-created', {}, contents);
    expect(contents.webRtcPolicy).toBe('disable_non_proxied_udp');
    expect(host.window.webContents.webRtcPolicy).toBe('disable_non_proxied_udp');
    expect(contents.openHandler!({ url: 'https://example.org' })).toEqual({ action: 'deny' });
  });
});

describe('permissions', () => {
  it('are denied, except writing to the clipboard from the program’s own page', async () => {
    const { electron, window } = host;
    const { request, check, device, display } = electron.permission as Record<
      string,
      (...args: unknown[]) => unknown
    >;
    const asked = (permission: string, contents = window.webContents) => {
      let answer: unknown;
      request!(contents, permission, (isGranted: boolean) => {
        answer = isGranted;
      });
      return answer;
    };
    const stranger = new StandInWebContents();
    stranger.url = 'https://example.org/';
    for (const permission of [
      'media',
      'geolocation',
      'notifications',
      'midi',
      'pointerLock',
      'openExternal',
      'usb',
      'clipboard-read',
      'fileSystem',
      'unknown',
    ]) {
      expect([permission, asked(permission)]).toEqual([permission, false]);
      expect(check!(null, permission, 'app://studio/')).toBe(false);
    }
    expect(asked('clipboard-sanitized-write')).toBe(true);
    expect(asked('clipboard-sanitized-write', stranger)).toBe(false);
    expect(check!(null, 'clipboard-sanitized-write', 'https://example.org/')).toBe(false);
    expect(device!({ deviceType: 'usb' })).toBe(false);
    let shared: unknown;
    display!({}, (streams: unknown) => {
      shared = streams;
    });
    expect(shared).toEqual({});
  });

  it('the network is unreachable', async () => {
    for (const isPackaged of [false, true]) {
      const { electron } = await startHost({ isPackaged });
      const network = electron.permission.network as unknown as (
        details: { url: string },
        decide: (answer: { cancel: boolean }) => void,
      ) => void;
      const isCancelled = (url: string) => {
        let cancelled: boolean | undefined;
        network({ url }, ({ cancel }) => {
          cancelled = cancel;
        });
        return cancelled;
      };
      for (const url of [
        'https://example.org/',
        'http://127.0.0.1/',
        'ws://localhost/',
        'wss://example.org',
        'file:///etc/passwd',
        'ftp://x/',
        'chrome://gpu',
        '',
        'x',
      ]) {
        expect([url, isCancelled(url)]).toEqual([url, true]);
      }
      for (const url of [
        'app://studio/main.js',
        'asset://sha256/0',
        'blob:app://studio/1',
        'data:image/png;base64,',
      ]) {
        expect([url, isCancelled(url)]).toEqual([url, false]);
      }
      expect(isCancelled('devtools://devtools/x')).toBe(isPackaged);
      const download = new PreventableEvent();
      electron.session.emit('will-download', download, { getURL: () => 'https://example.org/x.exe' });
      expect(download.defaultPrevented).toBe(true);
    }
  });
});

describe('the program’s own addresses', () => {
  it('are told apart from all others', () => {
    expect(['app://studio/', 'app://studio/a/b.js?x#y', 'app://studio'].map(isAppAddress)).toEqual([
      true,
      true,
      true,
    ]);
    expect(FOREIGN.filter(isAppAddress)).toEqual([]);
    fc.assert(
      fc.property(fc.webUrl(), (url) => {
        expect(isAppAddress(url)).toBe(false);
      }),
    );
  });

  it('give the page’s files with its policy, and nothing outside their folder', async () => {
    const { electron, application } = host;
    const get = (path: string, init?: RequestInit) =>
      electron.protocolHandlers.get('app')!(new Request(`app://studio${path}`, init));
    const page = await get('/index.html');
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.headers.get('content-security-policy')).toBe(PAGE_POLICY);
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    expect((await get('/')).status).toBe(200);
    const script = await get('/assets/main.js?v=1');
    expect([await script.text(), script.headers.get('content-type')]).toEqual([
      'export {};',
      'text/javascript; charset=utf-8',
    ]);
    for (const path of [
      '/../../package.json',
      '/..%2f..%2fpackage.json',
      '/%2e%2e/%2e%2e/package.json',
      '/assets/..%5c..%5cpackage.json',
      '/.hidden/x.js',
      '/notes.txt',
      '/secret.js.bak',
      '/none.js',
      '/assets',
      '/%00.js',
      '/%ff.js',
      `/${encodeURIComponent(join(application, 'dist/renderer/index.html'))}`,
    ]) {
      expect([path, (await get(path)).status]).toEqual([path, 404]);
    }
    expect((await get('/index.html', { method: 'POST' })).status).toBe(405);
    const other = await electron.protocolHandlers.get('app')!(new Request('app://other/index.html'));
    expect(other.status).toBe(405);
  });

  it('are schemes of their own, registered before the program is ready', async () => {
    const { electron } = host;
    expect(electron.calls.indexOf('registerSchemes')).toBeLessThan(electron.calls.indexOf('ready'));
    expect(electron.schemes.map(({ scheme }) => scheme)).toEqual(['app', 'asset']);
    for (const { privileges } of electron.schemes) {
      expect(privileges).toMatchObject({ standard: true, secure: true });
      expect(Object.keys(privileges)).not.toContain('bypassCSP');
      expect(Object.keys(privileges)).not.toContain('allowServiceWorkers');
    }
  });

  it('give pictures by their content, to the page only', async () => {
    const { electron, window } = host;
    const bytes = Uint8Array.from([1, 2, 3]);
    const sender = { sender: window.webContents, senderFrame: window.webContents.mainFrame };
    const whole = { upload: null, bytes, mediaType: 'image/png', isLast: true };
    const id = resultOf<string>(await electron.invoke('pnp-mix:upload', sender, whole));
    const get = (url: string, init?: RequestInit) =>
      electron.protocolHandlers.get('asset')!(new Request(url, init));
    const found = await get(`asset://sha256/${id}`);
    expect(new Uint8Array(await found.arrayBuffer())).toEqual(bytes);
    expect(Object.fromEntries(found.headers)).toMatchObject({
      'content-type': 'image/png',
      'access-control-allow-origin': 'app://studio',
      'content-security-policy': "default-src 'none'; sandbox; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
    });
    for (const url of [
      `asset://other/${id}`,
      'asset://sha256/',
      'asset://sha256/../x',
      `asset://sha256/${'0'.repeat(64)}`,
      `asset://sha256/${id}/x`,
    ]) {
      expect([url, (await get(url)).status]).toEqual([url, 404]);
    }
    expect((await get(`asset://sha256/${id}`, { method: 'PUT', body: 'x' })).status).toBe(405);
  });
});

describe('the page’s policy', () => {
  it('begins with nothing, and allows no code but the program’s own', () => {
    const directives = new Map(
      PAGE_POLICY.split('; ').map((directive) => {
        const [name, ...sources] = directive.split(' ');
        return [name!, sources] as const;
      }),
    );
    expect(PAGE_POLICY.startsWith("default-src 'none'")).toBe(true);
    expect(directives.get('script-src')).toEqual(["'self'"]);
    for (const name of ['base-uri', 'form-action', 'frame-src', 'frame-ancestors', 'object-src']) {
      expect(directives.get(name)).toEqual(["'none'"]);
    }
    expect(PAGE_POLICY).not.toMatch(/unsafe-eval|https?:|\*/);
  });
});

describe('commands', () => {
  const refused = { ok: false, code: 'SENDER_REFUSED' };

  it('are accepted only from the main frame of our own windows showing our own page', async () => {
    const { electron, window } = await startHost();
    const { webContents } = window;
    const { mainFrame } = webContents;
    const ask = (sender: Parameters<typeof electron.invoke>[1]) =>
      electron.invoke('pnp-mix:command', sender, 'app.info', {});
    expect(await ask({ sender: webContents, senderFrame: mainFrame })).toMatchObject({
      ok: true,
      value: { host: 'electron', version: '1.2.3', hasNativeDialogs: true },
    });
    const stranger = new StandInWebContents();
    stranger.url = 'app://studio/index.html';
    const senders = [
      { sender: stranger, senderFrame: stranger.mainFrame },
      { sender: webContents, senderFrame: null },
      { sender: webContents, senderFrame: { url: 'app://studio/index.html', parent: mainFrame } },
      ...FOREIGN.map((url) => ({ sender: webContents, senderFrame: { url, parent: null } })),
    ];
    for (const sender of senders) {
      expect(await ask(sender)).toMatchObject(refused);
      const part = { upload: null, bytes: new Uint8Array(1), mediaType: 'image/png', isLast: true };
      expect(await electron.invoke('pnp-mix:upload', sender, part)).toMatchObject(refused);
    }
    window.close();
    expect(await ask({ sender: webContents, senderFrame: mainFrame })).toMatchObject(refused);
  });

  it('always get an envelope, whatever is sent', async () => {
    const { electron, window } = host;
    const sender = { sender: window.webContents, senderFrame: window.webContents.mainFrame };
    const anything = fc.anything({ withBigInt: true, withMap: true, withTypedArray: true, withDate: true });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('pnp-mix:command', 'pnp-mix:upload'),
        fc.oneof(fc.constantFrom('app.info', 'project.open', 'constructor', '__proto__'), anything),
        anything,
        async (channel, first, second) => {
          const envelope = (await electron.invoke(channel, sender, first, second)) as { ok: unknown };
          expect(typeof envelope.ok).toBe('boolean');
        },
      ),
      { numRuns: 200 },
    );
    expect(await electron.invoke('pnp-mix:upload', sender, 'text')).toMatchObject({
      code: 'COMMAND_INVALID',
    });
  });
});

describe('the source', () => {
  const folder = fileURLToPath(new URL('../../../electron/', import.meta.url));
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));

  it('opens nothing with the system’s programs, evaluates nothing, and never gives pages raw access', () => {
    expect(sources.length).toBeGreaterThan(50);
    for (const { name, text } of sources) {
      expect([
        name,
        /openExternal\(|openPath\(|executeJavaScript|\beval\(|new Function\(/.exec(text),
      ]).toEqual([name, null]);
      if (/\bipcRenderer\b/.test(text)) expect(name).toBe(join('preload', 'preload.ts'));
    }
  });
});
