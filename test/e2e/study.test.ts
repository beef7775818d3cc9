/** The rating page in Chromium: one rater by keyboard, 29 more over HTTP, and their true ratings in the results. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readStudy } from '../../electron/study/study-file.ts';
import { type RunningStudy, startStudyServer } from '../../electron/study/study-server.ts';
import { StudyStore } from '../../electron/study/study-store.ts';
import { temporaryFolder } from '../electron/inference/tiny-pack.ts';
import { rater } from '../electron/study/rater.ts';
import { METHODS, opinion, RED, sampleStudy, TRUE_MEANS } from '../electron/study/sample-study.ts';
import { violations } from './axe.ts';
import { LOW_PIXEL_RATIO, sharedChromium } from './chromium.ts';

const RATERS = 30;
/** Only ends what hangs. */
const PATIENCE_MS = 300_000;

let folder: string;
let store: StudyStore;
let server: RunningStudy;
let base: string;
const faults: unknown[] = [];

beforeAll(async () => {
  folder = temporaryFolder();
  await sampleStudy(folder);
  const study = await readStudy(folder);
  store = StudyStore.open(join(folder, 'ratings.sqlite'), study.fingerprint);
  const onFault = (error: unknown) => void faults.push(error);
  server = await startStudyServer({ study, store, address: '127.0.0.1', port: 0, onFault });
  base = `http://127.0.0.1:${server.port}/`;
});
afterAll(async () => {
  await server.close();
  store.close();
  rmSync(folder, { recursive: true });
});

/** The methods of a page, by the colour of each picture. */
async function methodsShown(page: Page): Promise<string[]> {
  const reds = await page.locator('.candidate img').evaluateAll(async (images) => {
    const found = [];
    for (const image of images as HTMLImageElement[]) {
      await image.decode();
      const canvas = new OffscreenCanvas(1, 1).getContext('2d')!;
      canvas.drawImage(image, 0, 0, 1, 1);
      found.push(canvas.getImageData(0, 0, 1, 1).data[0]!);
    }
    return found;
  });
  return reds.map((red) => METHODS.find((method) => Math.abs(RED[method]! - red) < 10)!);
}

test('30 raters: consent, keys, a reload, another language, and results that recover their true ratings', async () => {
  const participants = store.ensureParticipants(RATERS);
  for (const { number, token } of participants.slice(1)) {
    const one = rater(base, token, number, folder);
    let session = await one.consent();
    while (session.page !== null) session = await one.ratePage(session);
  }

  const browser = await sharedChromium(LOW_PIXEL_RATIO);
  const context = await browser.newContext({ locale: 'en-GB', deviceScaleFactor: LOW_PIXEL_RATIO });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', ({ message }) => errors.push(message));
  await page.goto(`${base}#token=${participants[0]!.token}`);
  await page.getByText('Nothing about you is stored.').waitFor();
  await page.getByRole('button', { name: 'I agree, start' }).click();
  for (let index = 0; index < 6; index++) {
    await page.getByText(`${index} of 6`).waitFor();
    await page.locator('.candidate').nth(3).waitFor();
    if (index === 1) {
      // Everything so far is stored; the open page comes again, in the same order.
      const before = await methodsShown(page);
      await page.reload();
      await page.getByText('1 of 6').waitFor();
      await page.locator('.candidate').nth(3).waitFor();
      expect(await methodsShown(page)).toEqual(before);
      expect(await violations(page)).toEqual([]);
    }
    if (index === 2) {
      await page.getByRole('button', { name: '한국어' }).click();
      await page.getByText('각 그림이 얼마나 잘 되었나요?').waitFor();
      await page.getByRole('button', { name: 'English' }).click();
      await page.getByText('How well does each picture do?').waitFor();
    }
    const check = /a (\d) on this page/.exec((await page.locator('main').textContent())!)?.[1];
    for (const method of await methodsShown(page)) {
      for (const criterion of [0, 1, 2]) {
        await page.keyboard.press(check ?? String(opinion(1, index, method, criterion)));
      }
    }
    await page.keyboard.press('Enter');
  }
  await page.getByText('All your ratings are saved').waitFor();

  await page.goto('about:blank');
  await page.goto(`${base}#results=${store.resultsToken}`);
  await page.getByText('30 participants have rated, 30 have finished; 0 are excluded').waitFor();
  const rows = await page.locator('main table').first().locator('tbody tr').allTextContents();
  expect(rows).toHaveLength(12);
  for (const [method, means] of Object.entries(TRUE_MEANS)) {
    for (const [index, criterion] of ['text match', 'concept match', 'realism'].entries()) {
      const row = rows.find((text) => text.startsWith(`${method}, ${criterion}`))!;
      const mean = Number(/(\d\.\d\d)/.exec(row)![1]);
      expect(Math.abs(mean - means[index]!), `${method}, ${criterion}`).toBeLessThan(0.15);
    }
  }
  await page.locator('main figure img').evaluate((image: HTMLImageElement) => image.decode());
  expect(await violations(page)).toEqual([]);
  expect([errors, faults]).toEqual([[], []]);
  await context.close();
});
