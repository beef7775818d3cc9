/**
 * What three stories cost a user of the starter pack: clicks, typed fields and seconds, against their targets. Run by
 * `npm run bench -- clicks`, after `npm run build:renderer`.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import type { CommandContext } from '../../electron/foundation/command-line/command.ts';
import { closeSharedChromium } from '../e2e/chromium.ts';
import { firstOwnPicture, newMaskAndRetune, type StoryCount, sweepAndExport } from '../e2e/click-stories.ts';
import { BUNDLED_PACKS, openStudio } from '../e2e/studio-page.ts';
import { t } from '../e2e/texts.ts';

const SCENE = join(BUNDLED_PACKS, 'starter', 'scenes', 'two-concepts');

export async function benchClicks({ print }: CommandContext): Promise<{ stories: StoryCount[] }> {
  const { page, close } = await openStudio({ packs: BUNDLED_PACKS, startsWithStart: true });
  try {
    const photo = await readFile(join('test', 'photos', 'coffee.jpg'));
    const background = await sharp(photo).png().toBuffer();
    const subject = await cutOut('concept-1.png', 'subject-1.png');
    const first = await firstOwnPicture(page, background, subject, [300, 200]);
    await page.keyboard.press('Control+o');
    await page.getByRole('button', { name: t('start.sample.replace.title') }).click();
    await page.getByText(t('flow.ready')).waitFor();
    const retune = await newMaskAndRetune(page, await boxOfFrontMask());
    const stories = [first, retune, await sweepAndExport(page)];
    for (const { name, actions, typedFields, seconds, target } of stories) {
      const counted = `${actions} of at most ${target.actions} clicks, ${typedFields} typed fields`;
      print(`${name}: ${counted}, ${seconds.toFixed(1)} s of at most ${target.seconds} s`);
    }
    return { stories };
  } finally {
    await close();
    await closeSharedChromium();
  }
}

/** A picture of the scene with a transparent background. */
async function cutOut(picture: string, subject: string): Promise<Buffer> {
  const alpha = await sharp(await readFile(join(SCENE, subject)))
    .greyscale()
    .toBuffer();
  return sharp(await readFile(join(SCENE, picture)))
    .removeAlpha()
    .joinChannel(alpha)
    .png()
    .toBuffer();
}

/** Around the object of the concept that is selected when the sample opens: the one in front. */
async function boxOfFrontMask(): Promise<readonly (readonly [number, number])[]> {
  const scene = JSON.parse(await readFile(join(SCENE, 'scene.json'), 'utf8')) as {
    concepts: { mask: string; order: number }[];
  };
  const { mask } = scene.concepts.toSorted((a, b) => a.order - b.order).at(-1)!;
  const { data, info } = await sharp(await readFile(join(SCENE, mask)))
    .greyscale()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const inside = [...data.keys()].filter((at) => data[at]! >= 128);
  const columns = inside.map((at) => at % info.width);
  const rows = inside.map((at) => Math.floor(at / info.width));
  return [
    [Math.min(...columns) - 3, Math.min(...rows) - 3],
    [Math.max(...columns) + 3, Math.max(...rows) + 3],
  ];
}
