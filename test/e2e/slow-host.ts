/**
 * Makes the host and the page slow on request (`npm run soak -- latency`): each message between them is late by up to
 * PNPMIX_TEST_LATENCY_MS, in its order, the page's processor is slower by the factor PNPMIX_TEST_SLOWDOWN, and a test
 * waits for one thing for PNPMIX_TEST_PATIENCE_MS.
 */
import type { BrowserContext, Page } from 'playwright-core';

const latencyMs = Number(process.env.PNPMIX_TEST_LATENCY_MS ?? 0);
const slowdown = Number(process.env.PNPMIX_TEST_SLOWDOWN ?? 1);

/** Pages may be slow on a busy machine; nothing here measures time. */
export const PATIENCE_MS = Number(process.env.PNPMIX_TEST_PATIENCE_MS ?? 300_000);

/** Before the context's first page. */
export async function slowHost(context: BrowserContext): Promise<void> {
  if (latencyMs === 0) return;
  await context.routeWebSocket(/./, (page) => {
    const host = page.connectToServer();
    const toHost = inOrder((message) => host.send(message));
    const toPage = inOrder((message) => page.send(message));
    page.onMessage(toHost);
    host.onMessage(toPage);
  });
}

export async function slowPage(page: Page): Promise<void> {
  if (slowdown === 1) return;
  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
}

function inOrder(send: (message: string | Buffer) => void): (message: string | Buffer) => void {
  let last = Promise.resolve();
  return (message) => {
    const late = new Promise((resolve) => setTimeout(resolve, Math.random() * latencyMs));
    last = last.then(async () => {
      await late;
      try {
        send(message);
      } catch {
        // The page or the host is gone meanwhile.
      }
    });
  };
}
