/**
 * What a large photograph costs the editor in a real browser: opening a 24-megapixel JPEG, dragging one of four
 * pictures placed on it, and the memory of page and host. Part of `npm run bench`; on its own: `node
 * test/bench/photo-bench.ts`, after `npm run build:renderer`.
 */
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { canvasOf, createProject, dropOnCanvas, onScreen, openStudio, saved } from '../e2e/studio-page.ts';
import { percentile } from './frame-work.ts';
import { tracedDrag } from './traced-drag.ts';

const PHOTO = { width: 6000, height: 4000 };
const PLACED = 4;
const PLACED_SIDE_PX = 1200;
const DRAG_POINTS = 1000;

export interface PhotoBenchReport {
  /** From dropping a JPEG of 24 megapixels to the first frame with it on the canvas. */
  readonly openPhotoMs: number;
  /** CPU time of the page's main thread per frame while one of four placed pictures is dragged (frame-work.ts). */
  readonly placeFrameP95Ms: number;
  readonly placeFrameMedianMs: number;
  readonly placeFrames: number;
  /** Resident memory of the page's process and the host's at that point; null if the system does not report it. */
  readonly photoMemoryBytes: number | null;
}

export async function benchPhoto(): Promise<PhotoBenchReport> {
  const { page, serve, close } = await openStudio();
  try {
    await createProject(page, 'A photograph');
    const openPhotoMs = await openPhoto(page);
    for (let index = 0; index < PLACED; index++) {
      const at = [PHOTO.width * (0.25 + 0.15 * index), PHOTO.height * 0.5] as const;
      await dropOnCanvas(page, `thing ${index}.png`, await thing(index), ...at);
      await page.getByRole('button', { name: `Edit thing ${index}` }).waitFor();
    }
    await saved(page);
    const frames = await dragOne(page);
    return {
      openPhotoMs,
      placeFrameP95Ms: percentile(frames, 0.95),
      placeFrameMedianMs: percentile(frames, 0.5),
      placeFrames: frames.length,
      photoMemoryBytes: await residentBytes(page, serve.child.pid!),
    };
  } finally {
    await close();
  }
}

/** Noise, so that it compresses badly. */
async function photo(): Promise<Buffer> {
  const noise = { type: 'gaussian', mean: 128, sigma: 40 } as const;
  return sharp({ create: { ...PHOTO, channels: 3, background: '#808080', noise } })
    .blur(2)
    .jpeg({ quality: 90 })
    .toBuffer();
}

/** A disc; not from SVG, which the program's own decoder forbids in this process (electron/foundation/pictures/libvips.ts). */
async function thing(index: number): Promise<Buffer> {
  const side = PLACED_SIDE_PX;
  const radius = side / 2;
  const data = new Uint8Array(4 * side * side);
  for (let at = 0; at < side * side; at++) {
    const isInside = Math.hypot((at % side) - radius, Math.floor(at / side) - radius) < radius;
    if (isInside) data.set([60 * index, 120, 255 - 60 * index, 255], 4 * at);
  }
  return sharp(data, { raw: { width: side, height: side, channels: 4 } })
    .png()
    .toBuffer();
}

async function openPhoto(page: Page): Promise<number> {
  const mark = 'first-interactive-frame';
  const before = await page.evaluate((name) => performance.getEntriesByName(name).length, mark);
  const droppedMs = await dropOnCanvas(page, 'photo.jpg', await photo(), 0, 0, 'image/jpeg');
  await page.waitForFunction(({ name, count }) => performance.getEntriesByName(name).length > count, {
    name: mark,
    count: before,
  });
  const shownMs = await page.evaluate((name) => performance.getEntriesByName(name).at(-1)!.startTime, mark);
  return shownMs - droppedMs;
}

/** @returns main-thread work of each frame of a drag, in milliseconds */
async function dragOne(page: Page): Promise<number[]> {
  await canvasOf(page).focus();
  const from = await onScreen(page, PHOTO.width * (0.25 + 0.15 * (PLACED - 1)), PHOTO.height * 0.5);
  const frames = await tracedDrag(page, from, DRAG_POINTS, (share) => {
    const turn = share * 6 * Math.PI;
    return { x: from.x - 120 + 120 * Math.cos(turn), y: from.y + 80 * Math.sin(turn) };
  });
  await saved(page);
  return frames;
}

/** Resident memory of the page's process and of the host, as Linux reports it. */
async function residentBytes(page: Page, hostPid: number): Promise<number | null> {
  if (process.platform !== 'linux') return null;
  const client = await page.context().browser()!.newBrowserCDPSession();
  const { processInfo } = await client.send('SystemInfo.getProcessInfo');
  await client.detach();
  const pages = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => residentOf(id));
  return Math.max(...pages) + residentOf(hostPid);
}

function residentOf(pid: number): number {
  const found = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return found ? Number(found[1]) * 1024 : 0;
}

if (import.meta.main) console.log(await benchPhoto());
