/**
 * A page of the fake host in a real Chromium: the real preload script, the real responses of app:// and asset:// with
 * their headers, the real command channel. Chromium knows those schemes only inside Electron, so https addresses
 * replace them here, in requests, headers and code.
 */
import type { Browser, Page, Route } from 'playwright-core';
import type { StandInElectron, StandInFrame, StandInWindow } from './electron-stand-in.ts';

const APP = 'https://studio.test';
const ASSET = 'https://sha256.test';

function toOwn(address: string): string {
  return address.replace(APP, 'app://studio').replace(ASSET, 'asset://sha256');
}

function toWeb(text: string): string {
  return text
    .replaceAll('app://studio', APP)
    .replaceAll('asset://sha256', ASSET)
    .replaceAll('asset: ', `${ASSET} `)
    .replaceAll('asset:;', `${ASSET};`);
}

/** The preload's `electron` module, and the connection from the page to the fake; runs before the page's own code. */
function preloadScript(preload: string): string {
  return `(() => {
    const listeners = new Set();
    const pack = (value) => value instanceof Uint8Array ? { bytes: Array.from(value) } : { value };
    const electron = {
      ipcRenderer: {
        invoke: (channel, ...args) => window.standInInvoke(channel, args.map(pack)),
        on: (_, listener) => listeners.add(listener),
        removeListener: (_, listener) => listeners.delete(listener),
      },
      contextBridge: {
        exposeInMainWorld: (name, value) => Object.defineProperty(window, name, { value, enumerable: true }),
      },
    };
    window.standInHear = (event, payload) => listeners.forEach((listener) => listener({}, event, payload));
    ((require, module, exports) => { ${preload} })(() => electron, { exports: {} }, {});
  })();`;
}

/** Loads the window's page, which closes with the browser. */
export async function showInChromium(
  browser: Browser,
  electron: StandInElectron,
  window: StandInWindow,
  preload: string,
): Promise<Page> {
  const page = await browser.newPage();
  const { webContents } = window;
  await page.exposeBinding(
    'standInInvoke',
    ({ frame }, channel: string, packed: { bytes?: number[]; value?: unknown }[]) => {
      const parent = frame.parentFrame();
      const senderFrame: StandInFrame = {
        url: toOwn(frame.url()),
        parent: parent && { url: toOwn(parent.url()), parent: null },
      };
      const args = packed.map(({ bytes, value }) => (bytes ? Uint8Array.from(bytes) : value));
      return electron.invoke(channel, { sender: webContents, senderFrame }, ...args);
    },
  );
  await page.addInitScript(preloadScript(preload));
  await page.route('**/*', (route) => answer(electron, route));
  webContents.on('stand-in-sent', (_, event, payload) => {
    // Events after the page has closed have no receiver.
    void page
      .evaluate(`standInHear(${JSON.stringify(event)}, ${JSON.stringify(payload)})`)
      .catch((error: unknown) => {
        if (!page.isClosed()) throw error;
      });
  });
  await page.goto(toWeb(webContents.url));
  return page;
}

async function answer(electron: StandInElectron, route: Route): Promise<void> {
  const request = route.request();
  const url = toOwn(request.url());
  let isCancelled = true;
  const network = electron.permission.network as unknown as (
    details: { url: string },
    decide: (answer: { cancel: boolean }) => void,
  ) => void;
  network({ url }, ({ cancel }) => {
    isCancelled = cancel;
  });
  const handler = electron.protocolHandlers.get(url.split(':')[0]!);
  if (isCancelled || handler === undefined) {
    await route.abort('blockedbyclient');
    return;
  }
  const response = await handler(new Request(url, { method: request.method() }));
  const isCode = response.headers.get('content-type')?.startsWith('text/javascript') ?? false;
  await route.fulfill({
    status: response.status,
    headers: Object.fromEntries([...response.headers].map(([name, value]) => [name, toWeb(value)])),
    body: isCode ? toWeb(await response.text()) : Buffer.from(await response.arrayBuffer()),
  });
}
