/** Ways of adding pictures that failed for users: a mask file, a TIFF, a pasted text, too many at once. */
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { inspect } from './inspector-page.ts';
import { samplePicture } from './sample-pack.ts';
import { sharedStudio } from './shared-studio.ts';
import { coverage, saved } from './studio-page.ts';
import { t, textPattern } from './texts.ts';

const studio = sharedStudio();

interface FileToGive {
  readonly name: string;
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** Drops or pastes files and texts as another program provides them. */
async function give(
  how: 'drop' | 'paste',
  files: readonly FileToGive[],
  texts: Readonly<Record<string, string>> = {},
): Promise<boolean> {
  return studio.page.evaluate(
    ({ kind, given, written }) => {
      const data = new DataTransfer();
      for (const { name, type, bytes } of given) {
        data.items.add(new File([new Uint8Array(bytes)], name, { type }));
      }
      for (const [type, text] of Object.entries(written)) data.setData(type, text);
      const target = document.activeElement ?? document.body;
      const options = { bubbles: true, cancelable: true } as const;
      return target.dispatchEvent(
        kind === 'drop'
          ? new DragEvent('drop', { ...options, dataTransfer: data })
          : new ClipboardEvent('paste', { ...options, clipboardData: data }),
      );
    },
    { kind: how, given: files.map((file) => ({ ...file, bytes: [...file.bytes] })), written: texts },
  );
}

const cards = () => studio.page.getByRole('button', { name: textPattern('concept.select') });
const alerts = () => studio.page.getByRole('alert').allTextContents();

it('loads a mask from a file as one step of the history', async () => {
  const { page } = studio;
  await page.getByRole('button', { name: t('concept.select', { name: 'my cat' }) }).click();
  const before = await coverage(page);
  // A quarter of the picture, at another size.
  const quarter = { create: { width: 128, height: 128, channels: 3, background: '#fff' } } as const;
  const mask = await sharp({ create: { ...quarter.create, width: 256, height: 256, background: '#000' } })
    .composite([{ input: quarter, left: 0, top: 0 }])
    .toColourspace('b-w')
    .png()
    .toBuffer();
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: t('mask.import'), exact: true }).click();
  await (await chooser).setFiles({ name: 'mask.png', mimeType: 'image/png', buffer: mask });
  await expect.poll(() => coverage(page)).toBe(25);
  await page.getByRole('button', { name: `${t('app.undo')}: ${t('changes.loadMask')}` }).click();
  await expect.poll(() => coverage(page)).toBe(before);
  expect(await alerts()).toEqual([]);
});

it('adds a TIFF, which the browser cannot read, as a concept', async () => {
  const before = await cards().count();
  const tiff = await sharp(await samplePicture('cat.png'))
    .tiff()
    .toBuffer();
  await give('drop', [{ name: 'a cat.tif', type: 'image/tiff', bytes: tiff }]);
  await studio.page.getByRole('button', { name: t('concept.select', { name: 'a cat' }) }).waitFor();
  expect(await cards().count()).toBe(before + 1);
  expect(await alerts()).toEqual([]);
});

it('leaves a pasted text to its field, even if it comes with a picture', async () => {
  const { page } = studio;
  const before = await cards().count();
  const picture = { name: 'image.png', type: 'image/png', bytes: await samplePicture('dog.png') };
  const texts = { 'text/plain': ' with a red scarf', 'text/html': '<b>with a red scarf</b>' };
  await inspect(page, 'background');
  await page.getByRole('textbox', { name: t('background.prompt') }).focus();
  // Nothing has handled it: the browser inserts the text.
  expect(await give('paste', [picture], texts)).toBe(true);
  await saved(page);
  expect(await cards().count()).toBe(before);
  // A picture without text goes to the scene, and so does one that is pasted outside a text field.
  expect(await give('paste', [picture])).toBe(false);
  await expect.poll(() => cards().count()).toBe(before + 1);
  await page.getByRole('application').focus();
  expect(await give('paste', [picture], texts)).toBe(false);
  await expect.poll(() => cards().count()).toBe(before + 2);
});

it('names the pictures that do not fit before it adds the others, and the one that fails', async () => {
  const { page } = studio;
  const room = 8 - (await cards().count());
  const good = await samplePicture('dog.png');
  const files = Array.from({ length: room + 2 }, (_, index) => ({
    name: `thing ${index}.png`,
    type: 'image/png',
    bytes: index === 0 ? new Uint8Array([1, 2, 3]) : good,
  }));
  await give('drop', files);
  const left = `thing ${room}.png and thing ${room + 1}.png`;
  await page.getByText(t('add.noRoom', { most: 8, names: left })).waitFor();
  const failure = page.getByRole('alert').filter({ hasText: t('add.failed', { name: 'thing 0.png' }) });
  await failure.waitFor();
  // It may have closed by itself meanwhile.
  expect(await failure.count()).toBeLessThanOrEqual(1);
  await expect.poll(() => cards().count()).toBe(8 - 1);
  await page.getByText(textPattern('add.title_other')).waitFor({ state: 'detached' });
  // Logged once to the console too, and nothing else failed.
  expect(studio.faults).toHaveLength(1);
});
