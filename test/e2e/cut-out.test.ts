/** A concept picture with see-through surroundings says itself what in it is the thing. */
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { sharedStudio } from './shared-studio.ts';
import { dropPicture, saved } from './studio-page.ts';
import { t, textPattern } from './texts.ts';

const studio = sharedStudio();

/** A red square in the middle; around it, nothing or blue. */
const square = (surroundings: 'see-through' | 'blue') =>
  sharp({
    create: {
      width: 64,
      height: 64,
      channels: 4,
      background: { r: 0, g: 0, b: 255, alpha: surroundings === 'blue' ? 1 : 0 },
    },
  })
    .composite([
      { input: { create: { width: 32, height: 32, channels: 4, background: '#f00' } }, left: 16, top: 16 },
    ])
    .png()
    .toBuffer();

it('is used without them, and an opaque one whole', async () => {
  const { page } = studio;
  const cutOut = page.getByRole('img', { name: t('subject.cutOutAlt') });
  const whole = page.getByRole('img', { name: t('subject.wholeAlt') });
  const cards = page.getByRole('button', { name: textPattern('concept.select') });
  const before = await cards.count();
  await dropPicture(page, 'image.png', await square('see-through'));
  await expect.poll(() => cards.count()).toBe(before + 1);
  await cutOut.waitFor();
  await saved(page);
  await dropPicture(page, 'image.png', await square('blue'));
  await expect.poll(() => cards.count()).toBe(before + 2);
  await whole.waitFor();
  await saved(page);
});
