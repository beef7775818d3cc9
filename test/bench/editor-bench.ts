/**
 * What the editor costs in a real browser: main-thread work per frame while a stroke is drawn, memory of the undo
 * history, and time to the first usable frame. Part of `npm run bench`; on its own: `node test/bench/editor-bench.ts`,
 * after `npm run build:renderer`.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { makeSamplePack } from '../e2e/sample-pack.ts';
import { BUNDLED_PACKS, canvasOf, onScreen, openStudio, saved } from '../e2e/studio-page.ts';
import { percentile } from './frame-work.ts';
import { tracedDrag } from './traced-drag.ts';

const SIZE_PX = 2048;
const CONCEPTS = 8;
const STROKE_POINTS = 2000;
const HISTORY_STROKES = 1000;
/** Strokes after which the fixed-size mask cache is full. */
const FILLING_STROKES = 20;
/** Further strokes, which show what each one costs; a thousand would take a quarter of an hour to save. */
const MEASURED_STROKES = 40;

export interface EditorBenchReport {
  /** CPU time of the page's main thread per frame during the stroke (frame-work.ts). */
  readonly frameP95Ms: number;
  readonly frameMedianMs: number;
  readonly frames: number;
  /** Heap and buffers of the page for a history of 1,000 strokes, extrapolated from the later strokes. */
  readonly undoBytes: number;
  /** From the start of the navigation to the first frame that takes input, with the starter pack's sample open. */
  readonly openSampleMs: number;
  /** The same when the sample has never been opened, the browser's cache is empty and the host creates the project. */
  readonly firstStartMs: number;
}

export async function benchEditor(): Promise<EditorBenchReport> {
  return { ...(await measureMasks()), ...(await measureOpening()) };
}

/** On eight masks of 2048 x 2048 pixels. */
async function measureMasks() {
  const packs = await mkdtemp(join(tmpdir(), 'pnp-mix-editor-bench-'));
  try {
    await makeSamplePack(packs, { sizePx: SIZE_PX, concepts: CONCEPTS });
    const { page, close } = await openStudio({ packs });
    try {
      const frames = await drawLongStroke(page);
      return {
        frameP95Ms: percentile(frames, 0.95),
        frameMedianMs: percentile(frames, 0.5),
        frames: frames.length,
        undoBytes: await measureUndo(page),
      };
    } finally {
      await close();
    }
  } finally {
    await rm(packs, { recursive: true, force: true });
  }
}

async function measureOpening() {
  const { page, close } = await openStudio({ packs: BUNDLED_PACKS });
  try {
    const firstStartMs = await interactiveFrameMs(page);
    const again: number[] = [];
    for (let repeat = 0; repeat < 5; repeat++) {
      await page.reload();
      again.push(await interactiveFrameMs(page));
    }
    return { openSampleMs: percentile(again, 0.5), firstStartMs };
  } finally {
    await close();
  }
}

/** @returns time from the start of the navigation, in milliseconds */
async function interactiveFrameMs(page: Page): Promise<number> {
  const mark = 'first-interactive-frame';
  await page.waitForFunction((name) => performance.getEntriesByName(name).length > 0, mark);
  return page.evaluate((name) => performance.getEntriesByName(name)[0]!.startTime, mark);
}

/** @returns main-thread work of each frame of a stroke, in milliseconds */
async function drawLongStroke(page: Page): Promise<number[]> {
  await canvasOf(page).focus();
  await page.keyboard.press('b');
  const from = await onScreen(page, SIZE_PX * 0.1, SIZE_PX * 0.5);
  const to = await onScreen(page, SIZE_PX * 0.9, SIZE_PX * 0.5);
  const width = to.x - from.x;
  const frames = await tracedDrag(page, from, STROKE_POINTS, (share) => ({
    x: from.x + share * width,
    y: from.y + Math.sin(share * 40) * width * 0.3,
  }));
  await saved(page);
  return frames;
}

async function measureUndo(page: Page): Promise<number> {
  const client = await page.context().newCDPSession(page);
  const usedBytes = async () => {
    await client.send('HeapProfiler.collectGarbage');
    // The protocol's types know only the first.
    const { usedSize, embedderHeapUsedSize, backingStorageSize } = (await client.send(
      'Runtime.getHeapUsage',
    )) as unknown as Record<'usedSize' | 'embedderHeapUsedSize' | 'backingStorageSize', number>;
    return usedSize + embedderHeapUsedSize + backingStorageSize;
  };
  const draw = async (count: number) => {
    for (let index = 0; index < count; index++) {
      const y = SIZE_PX * (0.1 + (0.8 * index) / count);
      const from = await onScreen(page, SIZE_PX * 0.2, y);
      const to = await onScreen(page, SIZE_PX * 0.6, y + 100);
      await page.mouse.move(from.x, from.y);
      await page.mouse.down();
      await page.mouse.move(to.x, to.y, { steps: 3 });
      await page.mouse.up();
      await saved(page);
    }
  };
  const before = await usedBytes();
  await draw(FILLING_STROKES);
  const filled = await usedBytes();
  await draw(MEASURED_STROKES);
  const perStroke = Math.max((await usedBytes()) - filled, 0) / MEASURED_STROKES;
  await client.detach();
  return filled - before + perStroke * (HISTORY_STROKES - FILLING_STROKES);
}

if (import.meta.main) console.log(await benchEditor());
