/**
 * `npm run screens`: copies the screenshots for the README and the guide from out/screens, where the end-to-end tests
 * write them (`npm test -- test/e2e/starter-story.test.ts`). They are reduced to as few colours as show no
 * difference, which makes them a third of the size.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';

const FROM = join('out', 'screens');
const TO = join('docs', 'images');

/** Picture of the pages -> screenshot. */
const screens: Readonly<Record<string, string>> = {
  'editor.png': 'compare',
  'editor-dark.png': 'dark',
  'guide-empty.png': 'empty',
  'guide-candidates.png': 'candidates',
  'guide-smart-select.png': 'smart-select',
  'guide-masks.png': 'masks',
  'guide-rendering.png': 'rendering',
  'guide-compare.png': 'compare',
  'guide-history.png': 'history',
  'guide-sweep.png': 'sweep',
  'guide-models.png': 'models',
};

for (const [picture, screen] of Object.entries(screens)) {
  const from = join(FROM, `${screen}.png`);
  if (!existsSync(from))
    throw new Error(`${from} is not there: run npm test -- test/e2e/starter-story.test.ts first.`);
  await sharp(from)
    .png({ palette: true, colours: 256, dither: 0.6, effort: 10, compressionLevel: 9 })
    .toFile(join(TO, picture));
  console.log(join(TO, picture));
}
