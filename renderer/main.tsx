/** The page's beginning: the host, the studio, the window. */
import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './fonts.css';
import './flow.css';
import './history.css';
import './sheets.css';
// Its rules for narrow windows change the others'.
import './studio.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import * as z from 'zod';
import type { StudioBridge } from '../electron/contract/bridge.ts';
import { BridgeTransport } from './client/bridge-transport.ts';
import { keepToken } from './client/host-key.ts';
import { StudioClient } from './client/studio-client.ts';
import type { Transport } from './client/transport.ts';
import { WebSocketTransport } from './client/web-socket-transport.ts';
import { startTexts } from './panels/texts/texts.ts';
import { adoptThemeStyles } from './panels/widgets/theme-styles.ts';
import { App } from './panels/window/app.tsx';
import { Studio } from './session/studio.ts';

// The page's policy forbids code that is made of text, which the checks would otherwise be compiled to.
z.config({ jitless: true });
adoptThemeStyles();

declare global {
  interface Window {
    /** There under Electron only. */
    readonly pnpMixBridge?: StudioBridge;
  }
}

/** How the host is reached: the preload bridge where there is one, else the socket of the server of this page. */
async function openTransport(): Promise<Transport> {
  if (window.pnpMixBridge) return new BridgeTransport(window.pnpMixBridge);
  await takeToken('');
  const transport = new WebSocketTransport(new URL(location.href));
  // The new address of a host that was started again, put into the tab that is open: nothing is loaded again.
  addEventListener('hashchange', async ({ oldURL }) => {
    if (await takeToken(new URL(oldURL).hash)) transport.retry();
  });
  return transport;
}

/**
 * Keeps the token and takes it out of the address bar, and with it out of the history and every screenshot.
 *
 * @param hash what stands there instead
 */
async function takeToken(hash: string): Promise<boolean> {
  const address = new URL(location.href);
  if (!isSecureContext || !(await keepToken(address))) return false;
  history.replaceState(null, '', `${address.pathname}${hash}`);
  return true;
}

const studio = new Studio(new StudioClient(await openTransport()));

await startTexts();
createRoot(document.querySelector('#root')!).render(
  <StrictMode>
    <App studio={studio} />
  </StrictMode>,
);
await studio.start();
