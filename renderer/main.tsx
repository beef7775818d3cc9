/** Starts the page: connects the host, creates the studio, renders the window. */
import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './canvas.css';
import './fonts.css';
import './flow.css';
import './history.css';
import './sheets.css';
// Imported last: its rules for narrow windows override the others.
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

// The page's policy forbids eval, which zod would use to compile its checks.
z.config({ jitless: true });
adoptThemeStyles();

interface PossiblyElectronWindow extends Window {
  /** Only defined in Electron. */
  readonly pnpMixBridge?: StudioBridge;
}

/** The connection to the host: the preload bridge if present, else the socket of this page's server. */
async function openTransport(): Promise<Transport> {
  const { pnpMixBridge } = window as PossiblyElectronWindow;
  if (pnpMixBridge) return new BridgeTransport(pnpMixBridge);
  await takeToken('');
  const transport = new WebSocketTransport(new URL(location.href));
  // The user entered the new address of a restarted host in the open tab: the page is not reloaded.
  addEventListener('hashchange', async ({ oldURL }) => {
    if (await takeToken(new URL(oldURL).hash)) transport.retry();
  });
  return transport;
}

/**
 * Stores the token and removes it from the address bar, and so from the browser's history and screenshots.
 *
 * @param hash replaces it
 */
async function takeToken(hash: string): Promise<boolean> {
  const address = new URL(location.href);
  try {
    if (!isSecureContext || !(await keepToken(address))) return false;
  } catch (error) {
    console.warn('The browser does not store the key of the host.', error);
    return false;
  }
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
