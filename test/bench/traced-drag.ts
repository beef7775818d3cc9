/** Drags the pointer at the rate of a pen and measures the work of the page's main thread. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { traceOf, workPerFrame } from './frame-work.ts';

/** A pen reports about 250 positions a second: about four between two frames. */
const POINT_INTERVAL_MS = 4;

interface ScreenPoint {
  readonly x: number;
  readonly y: number;
}

/**
 * @param from where the button is pressed, in CSS pixels of the page
 * @param points number of positions
 * @param at the position after a share of the drag, 0 <= share < 1
 * @returns main-thread work of each frame of the drag, in milliseconds
 */
export async function tracedDrag(
  page: Page,
  from: ScreenPoint,
  points: number,
  at: (share: number) => ScreenPoint,
): Promise<number[]> {
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  const client = await page.context().newCDPSession(page);
  const events = await traceOf(client, async () => {
    const startMs = performance.now();
    const sent: Promise<unknown>[] = [];
    for (let point = 0; point < points; point++) {
      const earlyMs = startMs + point * POINT_INTERVAL_MS - performance.now();
      if (earlyMs > 0) await sleep(earlyMs);
      // Does not wait for the response, which comes with the next frame: a pen does not wait either.
      sent.push(
        client.send('Input.dispatchMouseEvent', {
          type: 'mouseMoved',
          ...at(point / points),
          button: 'left',
          buttons: 1,
        }),
      );
    }
    await Promise.all(sent);
  });
  await client.detach();
  await page.mouse.up();
  return workPerFrame(events);
}
