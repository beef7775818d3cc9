/**
 * Screens of 23 states of the window, each in the light and the dark theme, in Korean, and in small and large windows:
 * `node test/e2e/all-screens.ts` writes them to out/screens/STATE-VARIANT.png, to be looked at. It needs the built page.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { TestClient } from '../electron/serve/test-client.ts';
import { inspect } from './inspector-page.ts';
import {
  BUNDLED_PACKS,
  canvasOf,
  closeSheet,
  dropOnCanvas,
  dropPicture,
  headerOf,
  idle,
  LONG_WORK,
  onScreen,
  openStudio,
  renderButton,
  saved,
} from './studio-page.ts';
import { t, textPattern } from './texts.ts';

const FOLDER = join('out', 'screens');
const SCENE = join(BUNDLED_PACKS, 'starter', 'scenes', 'two-concepts');
const USUAL = { width: 1440, height: 900 };

interface Variant {
  readonly theme?: string;
  readonly language?: 'en' | 'ko';
  readonly size?: { readonly width: number; readonly height: number };
}

const VARIANTS: Readonly<Record<string, Variant>> = {
  light: {},
  dark: { theme: 'dark' },
  ko: { language: 'ko' },
  'ko-dark': { theme: 'dark', language: 'ko' },
  small: { size: { width: 1024, height: 700 } },
  large: { size: { width: 2560, height: 1440 } },
};

const studio = await openStudio({ packs: BUNDLED_PACKS, startsWithStart: true });
const { page } = studio;
const client = await TestClient.connect(studio.serve.url);

async function setLanguage(language: 'en' | 'ko'): Promise<void> {
  const { editor } = await client.call('settings.get');
  await client.send('settings.set', { editor: { ...editor, language } });
  await page.waitForFunction((wanted) => document.documentElement.lang === wanted, language);
}

const setTheme = (theme: string) =>
  page.evaluate((scheme) => {
    document.documentElement.dataset.mantineColorScheme = scheme;
  }, theme);

async function shoot(state: string): Promise<void> {
  for (const [name, { theme = 'light', language = 'en', size = USUAL }] of Object.entries(VARIANTS)) {
    await page.setViewportSize(size);
    await setTheme(theme);
    await setLanguage(language);
    // Until the canvas has fitted its picture, and tooltips of what was clicked have closed.
    await page.waitForTimeout(400);
    await page.screenshot({ path: join(FOLDER, `${state}-${name}.png`) });
  }
  await page.setViewportSize(USUAL);
  await setTheme('light');
  await setLanguage('en');
  console.log(state);
}

async function photograph(width: number, height: number, name: string): Promise<Buffer> {
  const file = join('test', 'photos', name);
  return sharp(await readFile(file))
    .resize(width, height, { fit: 'cover' })
    .png()
    .toBuffer();
}

const press = async (key: string) => {
  await canvasOf(page).focus();
  await page.keyboard.press(key);
};

await mkdir(FOLDER, { recursive: true });
try {
  page.setDefaultTimeout(60_000);
  await page.locator('.start-screen img').first().waitFor();
  await shoot('01-start');
  await page.getByRole('textbox', { name: t('project.new') }).fill('Empty');
  await page.getByRole('button', { name: t('project.create') }).click();
  await page.getByRole('heading', { name: t('view.empty') }).waitFor();
  await shoot('02-empty');
  await inspect(page, 'background');
  const prompt = page.getByRole('textbox', { name: t('background.prompt'), exact: true });
  await prompt.fill('a photo of a red cat and a bicycle, beach background');
  await prompt.press('Tab');
  await page.getByRole('button', { name: t('background.generate') }).click();
  const candidates = page.getByRole('radiogroup', { name: t('background.candidates') }).getByRole('radio');
  await candidates.nth(3).waitFor(LONG_WORK);
  await idle(page);
  await candidates.first().click();
  await shoot('03-candidates');
  await page.getByRole('button', { name: t('background.discard') }).click();
  await dropPicture(page, 'coffee.png', await photograph(600, 400, 'coffee.jpg'));
  await page.getByRole('img', { name: t('background.alt') }).waitFor();
  await inspect(page, 'background');
  await shoot('04-background');
  await dropOnCanvas(page, 'my_teddy.png', await readFile(join(SCENE, 'concept-1.png')), 420, 230);
  await page.getByRole('button', { name: t('concept.select', { name: 'my teddy' }) }).waitFor();
  await saved(page);
  await idle(page);
  await shoot('05-placed');
  await page.getByRole('button', { name: t('subject.edit') }).click();
  await page.locator('.cut-out-bar').waitFor();
  await shoot('06-cut-out');
  await page.keyboard.press('Escape');
  await press('Control+o');
  await page.getByRole('button', { name: t('start.sample.replace.title') }).click();
  await page.locator('.start-screen').waitFor({ state: 'detached' });
  await page.locator('.concept-head').first().click();
  await shoot('07-masks');
  await page.getByRole('button', { name: t('mask.refine') }).click();
  await shoot('08-refine');
  await page.keyboard.press('Escape');
  await press('w');
  const at = await onScreen(page, 70, 150);
  await page.mouse.click(at.x, at.y);
  await page.getByText(textPattern('mask.proposal.shown')).waitFor();
  await shoot('09-smart-select');
  await press('Escape');
  await press('Escape');
  await press('b');
  await renderButton(page).click();
  await page.locator('.preview-card img').waitFor();
  await shoot('10-rendering');
  await page.locator('.frame img').first().waitFor(LONG_WORK);
  await idle(page);
  if (!(await page.locator('.hold-original').isVisible()))
    await page.locator('.frame-picture').first().click();
  await shoot('11-result');
  await page.getByText(t('view.slider'), { exact: true }).click();
  await shoot('12-slider');
  await page.getByText(t('view.sideBySide'), { exact: true }).click();
  await shoot('13-side-by-side');
  await page.getByText(t('view.after'), { exact: true }).click();
  await press('Escape');
  await inspect(page, 'render');
  await page.getByRole('button', { name: t('parameters.more') }).click();
  await shoot('14-parameters');
  await page.getByRole('button', { name: t('sweep.open') }).click();
  await shoot('15-sweep');
  await page.getByRole('button', { name: textPattern('sweep.start_other', { count: /\d+/ }) }).click();
  await page.getByText(textPattern('sweep.complete', { total: /\d+/ })).waitFor(LONG_WORK);
  await shoot('16-sweep-done');
  await closeSheet(page);
  await page.getByRole('button', { name: t('history.browse') }).click();
  await page.getByRole('textbox', { name: t('history.search') }).waitFor();
  await shoot('17-history');
  await closeSheet(page);
  for (const [state, name] of [
    ['18-models', t('app.models')],
    ['19-settings', t('app.settings')],
    ['20-shortcuts', t('app.help')],
    ['21-about', t('app.about')],
  ] as const) {
    await headerOf(page).getByRole('button', { name }).click();
    await page.locator('.sheet').waitFor();
    await page.waitForTimeout(600);
    await shoot(state);
    await closeSheet(page);
  }
  await headerOf(page)
    .getByRole('button', { name: t('export.more') })
    .click();
  await page.locator('[role="dialog"]').waitFor();
  await shoot('22-export');
  await page.keyboard.press('Escape');
  await page.locator('[role="dialog"]').waitFor({ state: 'detached' });
  await press('Control+k');
  await page.locator('[role="dialog"]').waitFor();
  await shoot('23-palette');
} finally {
  client.close();
  await studio.close();
}
process.exit(0);
