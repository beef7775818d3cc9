/** What is in sight belongs to what is on the canvas: the export, a proposal, a candidate, what runs and of which project. */
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { sharedStudio } from './shared-studio.ts';
import {
  canvasOf,
  coverage,
  createProject,
  drag,
  onScreen,
  render,
  renderButton,
  saved,
  screenshot,
} from './studio-page.ts';

const studio = sharedStudio();

const SIZES = [
  [1024, 700],
  [1280, 720],
  [1440, 900],
  [1920, 1080],
  [2560, 1440],
] as const;

const undo = (what: string) => studio.page.getByRole('button', { name: `Undo: ${what}` });
const idle = () => studio.page.getByText('Idle', { exact: true });

/** Whether a pointer at the middle of a button would press it, and all of it is on the window. */
async function isInSight(page: Page, button: ReturnType<Page['getByRole']>): Promise<boolean> {
  const box = (await button.boundingBox())!;
  const { width, height } = page.viewportSize()!;
  if (box.x < 0 || box.y < 0 || box.x + box.width > width || box.y + box.height > height) return false;
  return button.evaluate((element) => {
    const { left, top, right, bottom } = element.getBoundingClientRect();
    return [0.1, 0.5, 0.9].every((share) => {
      const at = document.elementFromPoint(left + (right - left) * share, top + (bottom - top) * share);
      return at !== null && element.contains(at);
    });
  });
}

it('takes no click of smart select beside the picture, and the next one in it', async () => {
  const { page } = studio;
  await page.getByRole('button', { name: 'Edit my cat' }).click();
  await canvasOf(page).focus();
  await page.keyboard.press('Delete');
  await page.getByText(/: no mask/).waitFor();
  // A cleared mask is none: a render would refuse a picture of nothing.
  await page.getByText('needs a mask', { exact: true }).waitFor();
  // It is there once the engine has said what the pack can do.
  await page.getByRole('button', { name: 'Smart select' }).click();
  const [right, below, inside] = [
    await onScreen(page, 132, 60),
    await onScreen(page, 60, 131),
    await onScreen(page, 38, 84),
  ];
  await page.mouse.click(right.x, right.y);
  await page.mouse.click(below.x, below.y);
  expect(await page.getByRole('button', { name: 'Drop' }).isEnabled()).toBe(false);
  await page.mouse.click(inside.x, inside.y);
  await page.getByText(/% of the picture proposed/).waitFor();
  expect(await page.getByText(/has no mask yet/).count()).toBe(0);
  await screenshot(page, 'proposal');
  await page.getByRole('button', { name: 'Drop' }).click();
  await page.getByText(/: no mask/).waitFor();
  await page.mouse.click(inside.x, inside.y);
  await page.getByText(/% of the picture proposed/).waitFor();
  // Another tool keeps it, as one step.
  await page.getByRole('button', { name: 'Brush', exact: true }).click();
  await undo('Smart select').waitFor();
  expect(await coverage(page)).toBeGreaterThan(1);
  expect(studio.faults).toEqual([]);
});

it('keeps a proposal by its button, and for the concept that it was made on', async () => {
  const { page } = studio;
  for (const finish of ['Keep', 'Edit my dog'] as const) {
    await page.getByRole('button', { name: 'Edit my cat' }).click();
    await canvasOf(page).focus();
    await page.keyboard.press('Delete');
    await page.getByText(/: no mask/).waitFor();
    await page.keyboard.press('w');
    const { x, y } = await onScreen(page, 38, 84);
    await page.mouse.click(x, y);
    await page.getByText(/% of the picture proposed/).waitFor();
    await page.getByRole('button', { name: finish }).click();
    await undo('Smart select').waitFor();
    await page.getByRole('button', { name: 'Edit my cat' }).click();
    expect(await coverage(page)).toBeGreaterThan(1);
  }
});

it('marks a background whose objects were taken out with other masks', async () => {
  const { page } = studio;
  const stale = page.getByText('The masks have changed since.', { exact: false });
  await page.getByRole('button', { name: 'Remove objects' }).click();
  await page.getByText('Objects removed.').waitFor();
  await saved(page);
  expect(await stale.count()).toBe(0);
  await canvasOf(page).focus();
  await page.keyboard.press('b');
  await drag(page, [
    [20, 20],
    [60, 30],
  ]);
  await stale.waitFor();
  await page.reload();
  await stale.waitFor();
  await screenshot(page, 'stale');
  await page.getByRole('button', { name: 'Remove objects again' }).click();
  await stale.waitFor({ state: 'detached' });
  await saved(page);
});

it('has the export in sight at every size of the window, whatever is told of the render', {
  timeout: 300_000,
}, async () => {
  const { page } = studio;
  expect(await page.getByRole('banner').getByRole('button', { name: 'Export' }).isEnabled()).toBe(false);
  await render(page);
  await idle().waitFor();
  if ((await page.getByRole('button', { name: 'Edit scene' }).count()) === 0) {
    await page
      .getByRole('button', { name: /^Show Render of/ })
      .first()
      .click();
  }
  // Longer than what any render tells.
  await page.locator('.render-notes').evaluate((notes) => {
    notes.append(
      ...Array.from({ length: 6 }, () => {
        const note = document.createElement('div');
        note.textContent =
          'A note of the render that takes more than one line of the box in which it stands.';
        return note;
      }),
    );
  });
  for (const [width, height] of SIZES) {
    await page.setViewportSize({ width, height });
    for (const button of [
      page.getByRole('banner').getByRole('button', { name: 'Export' }),
      page.getByRole('button', { name: 'Export PNG' }),
      renderButton(page),
    ]) {
      await expect
        .poll(async () => ({
          width,
          name: await button.textContent(),
          isSeen: await isInSight(page, button),
        }))
        .toMatchObject({ isSeen: true });
    }
    await screenshot(page, `export-${width}`);
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  const download = page.waitForEvent('download');
  await page.getByRole('banner').getByRole('button', { name: 'Export' }).click();
  expect((await download).suggestedFilename()).toMatch(/\.png$/);
  await page.getByText(/exported$/).waitFor();
  // The box of Move belongs to the scene: over a result there is none of its tool's bar either.
  await page.getByRole('button', { name: 'Edit scene' }).click();
});

it('marks a candidate only while it shows, and takes the one that is seen', {
  timeout: 600_000,
}, async () => {
  const { page } = studio;
  await page.getByRole('button', { name: 'Generate backgrounds' }).click();
  await page.getByRole('status').getByText('Generating backgrounds').waitFor();
  const candidates = page.getByRole('radiogroup', { name: 'Candidates' }).getByRole('radio');
  await expect.poll(() => candidates.count(), { timeout: 400_000 }).toBe(4);
  await idle().waitFor();
  expect(await page.getByRole('radio', { checked: true }).and(candidates).count()).toBe(0);
  expect(await page.getByRole('button', { name: 'Use this background' }).isEnabled()).toBe(false);
  await page.getByText('4 candidates. Click one to see it.').waitFor();
  await candidates.nth(2).click();
  await page.getByText(/^3 of 4/).waitFor();
  expect(await page.getByRole('button', { name: 'Use this background' }).isEnabled()).toBe(true);
  await canvasOf(page).focus();
  await page.keyboard.press('Escape');
  await page.getByText('4 candidates. Click one to see it.').waitFor();
  await page.getByRole('button', { name: 'Discard' }).click();
  expect(studio.faults).toEqual([]);
});

it('says of which project something runs, shows no preview of it here, and cancels what it names', {
  timeout: 900_000,
}, async () => {
  const { page, context, serve } = studio;
  const steps = page.getByRole('textbox', { name: 'Steps' });
  await steps.fill('200');
  await steps.press('Enter');
  await saved(page);
  const name = (await page.getByRole('banner').locator('button[aria-haspopup="menu"]').textContent())!;
  const other = await context.newPage();
  await other.goto(serve.url.href);
  await renderButton(other).waitFor();
  await createProject(other, 'Elsewhere');
  await renderButton(page).click();
  await page.getByRole('button', { name: 'Cancel', exact: true }).waitFor();
  const status = other.getByRole('contentinfo');
  await status.getByText(`${name}: `, { exact: false }).waitFor();
  // Inverting all the steps comes first.
  await page.locator('.preview-card img').waitFor({ timeout: 600_000 });
  expect(await other.locator('.preview-card').count()).toBe(0);
  // The shortcut cancels what is of this project: nothing.
  await canvasOf(other).focus();
  await other.keyboard.press('Shift+x');
  await status.getByRole('button', { name: `Cancel in ${name}` }).waitFor();
  await screenshot(other, 'elsewhere');
  await status.getByRole('button', { name: `Cancel in ${name}` }).click();
  await idle().waitFor();
  await status.getByText('Idle').waitFor();
  await other.close();
  expect(studio.faults).toEqual([]);
});
