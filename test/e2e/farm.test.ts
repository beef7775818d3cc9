/** Rendering on a farm from the window: with a real Redis, a worker process, and the starter pack on both sides. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createStudioKey } from '../../electron/farm/studio-key.ts';
import { findRedis, type RedisServer, startRedis } from '../electron/farm/redis-server.ts';
import { startWorker, type WorkerProcess } from '../electron/farm/worker-process.ts';
import { temporaryFolder } from '../electron/inference/tiny-pack.ts';
import { sharedStudio } from './shared-studio.ts';
import {
  BUNDLED_PACKS,
  idle,
  LONG_WORK,
  RENDER_PROGRESS,
  renderButton,
  saved,
  whileSeen,
} from './studio-page.ts';
import { t } from './texts.ts';

const root = temporaryFolder();
const redisFolder = join(root, 'redis');
const keyFile = join(root, 'studio.key');
let redis: RedisServer;
let worker: WorkerProcess;

const studio = sharedStudio(async () => {
  mkdirSync(redisFolder);
  redis = await startRedis(redisFolder);
  await createStudioKey(keyFile);
  worker = startWorker(
    [
      ...['--queue', redis.url, '--key', keyFile, '--device', 'cpu', '--name', 'gpu-1'],
      ...['--pack', join(BUNDLED_PACKS, 'starter')],
    ],
    { PNPMIX_CACHE_DIR: join(root, 'cache') },
  );
  const farms = [
    { name: 'studio', url: redis.url, keyFile },
    { name: 'gone', url: 'redis://127.0.0.1:1', keyFile },
  ];
  return {
    packs: BUNDLED_PACKS,
    prepare: (folder) => {
      mkdirSync(join(folder, 'settings'));
      writeFileSync(join(folder, 'settings', 'farms.json'), JSON.stringify({ version: 1, farms }));
    },
  };
});
afterAll(async () => {
  worker?.child.kill('SIGKILL');
  await worker?.ended;
  await redis?.kill();
  rmSync(root, { recursive: true });
});

const pictures = () => studio.page.locator('.frame img').count();
const jobsDone = () => worker.log.filter(({ event }) => event === 'job.done').length;
const waiting = t('farm.position', { farm: 'studio', count: 0 });
const status = () => studio.page.locator('.queue-status');
const problem = () => studio.page.locator('.failed-render');

/** Renders at a place from the menu beside Render. */
async function renderOn(place: string): Promise<void> {
  await studio.page.getByRole('button', { name: t('render.more') }).click();
  await studio.page.getByRole('menuitem', { name: place, exact: true }).click();
}

async function setRenderOn(place: string): Promise<void> {
  const { page } = studio;
  await page.getByRole('button', { name: t('app.settings') }).click();
  const dialog = page.getByRole('dialog', { name: t('settings.title') });
  await dialog.getByRole('button', { name: t('farm.checkOf', { name: 'studio' }) }).click();
  await dialog.getByText(`studio (${redis.url}): ${t('farm.state.connected')}`).waitFor();
  await dialog.getByRole('combobox', { name: t('farm.renderOn') }).click();
  await page.getByRole('option', { name: place, exact: true }).click();
  await dialog.getByRole('button', { name: t('app.close') }).click();
}

describe.skipIf(findRedis() === undefined)('a farm in the window', () => {
  beforeAll(async () => {
    await worker.heard('worker.ready');
  });

  it('is chosen for one render: its machine, progress and previews show, and its picture is stored', async () => {
    const { page } = studio;
    await whileSeen(
      page,
      '.queue-status',
      async () => {
        await whileSeen(page, RENDER_PROGRESS, async () => {
          await whileSeen(page, '.preview-card img', () => renderOn('studio'));
        });
      },
      t('farm.onMachine', { farm: 'studio', machine: 'gpu-1' }),
    );
    await expect.poll(pictures, LONG_WORK).toBe(1);
    await idle(page);
    expect(jobsDone()).toBe(1);
  });

  it('is chosen for all renders: one that waits shows its position, and can be cancelled', async () => {
    const { page } = studio;
    // Few steps: from here on it is about where renders run.
    const steps = page.getByRole('textbox', { name: t('parameters.steps.name') });
    await steps.fill('3');
    await steps.press('Enter');
    await saved(page);
    await setRenderOn('studio');
    // It claims nothing while it is stopped.
    process.kill(worker.child.pid!, 'SIGSTOP');
    await renderButton(page).click();
    await status().getByText(waiting).waitFor();
    await status()
      .getByRole('button', { name: t('render.cancel') })
      .click();
    await idle(page);
    expect(await pictures()).toBe(1);
  });

  it('is lost and found again: the render that waits goes on', async () => {
    const { page } = studio;
    await renderButton(page).click();
    await status().getByText(waiting).waitFor();
    await redis.kill();
    await page.getByText('The connection to the farm studio was lost.').waitFor();
    redis = await startRedis(redisFolder, redis.port);
    await page.getByText('Connected to the farm studio again.').waitFor();
    process.kill(worker.child.pid!, 'SIGCONT');
    await expect.poll(pictures, LONG_WORK).toBe(2);
    await idle(page);
    expect(jobsDone()).toBe(2);
  });

  it('that cannot be reached fails the render; another place is used on request only', async () => {
    const { page } = studio;
    const failed = () => page.locator('.frame-state[data-state="failed"]').count();
    await renderOn('gone');
    await problem().getByText('redis://127.0.0.1:1').waitFor();
    await expect.poll(failed).toBe(1);
    // Again, where it failed, although all others run on the studio's.
    await problem()
      .getByRole('button', { name: t('render.fix.again') })
      .click();
    await expect.poll(failed).toBe(2);
    await idle(page);
    expect(await pictures()).toBe(2);
    await problem()
      .getByRole('button', { name: t('farm.renderHere') })
      .click();
    await expect.poll(pictures, LONG_WORK).toBe(3);
    expect(jobsDone()).toBe(2);
    expect(studio.faults).toEqual([]);
  });
});
