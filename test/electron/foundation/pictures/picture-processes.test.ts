/** Pictures in separate processes: the same results, and a host that cannot be harmed. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { pictureOperations } from '../../../../electron/foundation/pictures/picture-operations.ts';
import {
  type PictureLimits,
  PictureProcesses,
} from '../../../../electron/foundation/pictures/picture-processes.ts';
import { type ChildLauncher, forkChild } from '../../../../electron/foundation/processes/child-process.ts';
import { temporaryFolder } from '../../inference/tiny-pack.ts';

const opened: PictureProcesses[] = [];
afterEach(() => {
  for (const pictures of opened.splice(0)) pictures.close();
});

const open = (launch?: ChildLauncher, limits: Partial<PictureLimits> = {}) => {
  const pictures = new PictureProcesses(launch, limits);
  opened.push(pictures);
  return pictures;
};

const hanging: ChildLauncher = () => forkChild(join(import.meta.dirname, 'hanging-pictures-to-kill.ts'));

/** Counts the processes it starts. */
const counted = (launch: ChildLauncher) => {
  const pids: number[] = [];
  return {
    pids,
    launch: () => {
      const child = launch();
      pids.push(child.pid!);
      return child;
    },
  };
};

const isRunning = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

const untilGone = async (pids: readonly number[]) => {
  await expect.poll(() => pids.filter(isRunning)).toEqual([]);
};

const png = (side = 24) =>
  sharp({ create: { width: side, height: side, channels: 3, background: '#884422' } })
    .png()
    .toBuffer();

test('every operation has the same result as in this process', async () => {
  const pictures = open();
  const bytes = await png();
  expect(await pictures.normalise(bytes, 'a', 'mask', null)).toEqual(
    await pictureOperations.normalise(bytes, 'a', 'mask', null),
  );
  expect(await pictures.header(bytes, 'a')).toEqual({ width: 24, height: 24, mediaType: 'image/png' });
  const pixels = await pictures.decode(bytes, 'a', 'picture');
  expect(pixels).toEqual(await pictureOperations.decode(bytes, 'a', 'picture'));
  expect(Buffer.from(await pictures.encode(pixels, 3, 'with-profile'))).toEqual(
    await pictureOperations.encode(pixels, 3, 'with-profile'),
  );
  expect(Buffer.from(await pictures.thumbnail(bytes, 'a', 'webp'))).toEqual(
    await pictureOperations.thumbnail(bytes, 'a', 'webp'),
  );
});

test('a refusal keeps its code and its sentence', async () => {
  await expect(open().header(Buffer.from('<svg/>'), 'drawing.png')).rejects.toMatchObject({
    name: 'StudioError',
    code: 'ASSET_INVALID',
    message: expect.stringMatching(/^drawing\.png cannot be read as a picture: it is an SVG drawing/),
  });
});

test('what a process has compiled is kept for the next one, although it is killed', async () => {
  const kept = await temporaryFolder();
  vi.stubEnv('NODE_COMPILE_CACHE', kept);
  try {
    await open().header(await png(), 'a');
  } finally {
    vi.unstubAllEnvs();
  }
  await expect.poll(() => readdirSync(kept, { recursive: true }).length).toBeGreaterThan(5);
});

test('a few processes do all the work, and exit when there is none', async () => {
  const { launch, pids } = counted(() =>
    forkChild(join(import.meta.dirname, '../../../../electron/foundation/pictures/picture-process.ts')),
  );
  const pictures = open(launch, { processes: 2, idleMs: 0 });
  const bytes = await png();
  const headers = await Promise.all(Array.from({ length: 9 }, () => pictures.header(bytes, 'a')));
  expect(headers).toHaveLength(9);
  expect(pids.length).toBeLessThanOrEqual(9);
  await untilGone(pids);
  expect(await pictures.header(bytes, 'a')).toMatchObject({ width: 24 });
});

describe('a picture that never finishes', () => {
  test('is given up after a time limit, and the next one is read by another process', async () => {
    let isFirst = true;
    const { launch, pids } = counted(() => {
      const child = isFirst
        ? hanging()
        : forkChild(join(import.meta.dirname, '../../../../electron/foundation/pictures/picture-process.ts'));
      isFirst = false;
      return child;
    });
    const pictures = open(launch, { processes: 1, taskMs: 5000 });
    const first = pictures.header(await png(), 'endless.png');
    const second = pictures.header(await png(), 'good.png').catch((error: unknown) => error);
    await expect(first).rejects.toMatchObject({
      code: 'ASSET_INVALID',
      message: expect.stringMatching(/^endless\.png .*takes too long/),
    });
    await untilGone(pids.slice(0, 1));
    await second;
    expect(pids).toHaveLength(2);
  });

  test('is given up after a limit of processor time, whether libvips is working or not', async () => {
    const flat = await sharp({ create: { width: 6000, height: 6000, channels: 3, background: '#123' } })
      .webp({ effort: 0 })
      .toBuffer();
    const { launch, pids } = counted(() =>
      forkChild(join(import.meta.dirname, '../../../../electron/foundation/pictures/picture-process.ts')),
    );
    const pictures = open(launch, { cpuMs: 0 });
    await expect(pictures.decode(flat, 'heavy.webp', 'picture')).rejects.toMatchObject({
      code: 'ASSET_INVALID',
      message: expect.stringMatching(/^heavy\.webp .*takes too long/),
    });
    await untilGone(pids);
  });

  test('ends when the host closes: its call fails, and no process is left', async () => {
    const { launch, pids } = counted(hanging);
    const pictures = open(launch, { processes: 2 });
    const bytes = await png();
    const reading = Array.from({ length: 4 }, () =>
      pictures.header(bytes, 'endless.png').catch((error: unknown) => error),
    );
    pictures.close();
    for (const error of await Promise.all(reading)) expect(error).toMatchObject({ code: 'CANCELLED' });
    await untilGone(pids);
    await expect(pictures.header(bytes, 'late.png')).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

test('a process that crashes on a picture fails only that one', async () => {
  const pictures = open(
    () => {
      const child = hanging();
      child.onMessage(() => child.kill());
      return child;
    },
    { processes: 1 },
  );
  await expect(pictures.header(await png(), 'deadly.png')).rejects.toMatchObject({
    code: 'ASSET_INVALID',
    message: expect.stringMatching(/^deadly\.png .*damaged, or reading it takes more memory/),
  });
});

test('a process that cannot be started is reported', async () => {
  const pictures = open(() => forkChild(join(import.meta.dirname, 'not-there.ts')));
  await expect(pictures.header(await png(), 'a.png')).rejects.toMatchObject({ code: 'PICTURES_UNAVAILABLE' });
});

test('only a limited number of bytes wait for their turn', async () => {
  const pictures = open(hanging, { processes: 1, waitingBytes: 1000 });
  const bytes = Buffer.concat([await png(), Buffer.alloc(600)]);
  const first = pictures.header(bytes, 'first').catch((error: unknown) => error);
  const second = pictures.header(bytes, 'second').catch((error: unknown) => error);
  await expect(pictures.header(bytes, 'third')).rejects.toMatchObject({
    code: 'PICTURES_UNAVAILABLE',
    message: expect.stringContaining('third'),
  });
  pictures.close();
  await Promise.all([first, second]);
});
