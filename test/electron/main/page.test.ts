/** The host with a page in a real Chromium. */
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { bundlePreload } from '../../../build/build-host.ts';
import { sharedChromium } from '../../e2e/chromium.ts';
import { showInChromium } from './chromium-page.ts';
import { startHost } from './host-fixture.ts';

/** The page; the tests tell it what to do. */
const page = {
  'index.html': `<!doctype html><meta charset="utf-8"><title>before</title>
    <body onload="window.ranInline = true">
    <script>window.ranInline = true;</script>
    <script type="module" src="./main.js"></script>`,
  'main.js': `
    const { commands, onEvent, upload } = window.pnpMixBridge;
    const violations = [];
    addEventListener('securitypolicyviolation', ({ effectiveDirective }) => violations.push(effectiveDirective));
    window.heard = [];
    onEvent((event, payload) => heard.push([event, payload]));

    window.ask = (command, input) => commands[command](input);

    window.uploadAndShow = async (bytes) => {
      const { value } = await upload({ upload: null, bytes: Uint8Array.from(bytes), mediaType: 'image/png', isLast: true });
      const address = 'https://sha256.test/' + value;
      const fetched = new Uint8Array(await (await fetch(address)).arrayBuffer());
      const image = new Image();
      image.src = address;
      await image.decode();
      return [fetched.length, image.naturalWidth, image.naturalHeight];
    };

    const add = (name, attributes) => {
      const element = document.createElement(name);
      for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
      document.body.append(element);
    };
    const opens = () => new Promise((resolve) => {
      try {
        const socket = new WebSocket('wss://example.org/');
        socket.onopen = () => resolve(true);
        socket.onerror = () => resolve(false);
      } catch {
        resolve(false);
      }
    });
    window.tryEverything = async () => {
      const script = document.createElement('script');
      script.textContent = 'window.ranInjected = true;';
      document.body.append(script);
      add('img', { onerror: 'window.ranInjected = true', src: '/none.png' });
      add('iframe', { srcdoc: '<script>parent.ranInjected = true</' + 'script>' });
      add('iframe', { src: 'https://example.org/' });
      add('script', { src: 'https://example.org/x.js' });
      let evaluated = false;
      try {
        evaluated = (0, eval)('true');
      } catch {
        evaluated = false;
      }
      const reached = await fetch('https://example.org/').then(() => true, () => false);
      const socket = await opens();
      // Refusals are reported after the refused request; what is not refused would run in the meantime.
      const wanted = ['connect-src', 'frame-src', 'script-src', 'script-src-attr', 'script-src-elem'];
      for (let left = 2000; left > 0 && !wanted.every((name) => violations.includes(name)); left--) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      await new Promise((resolve) => setTimeout(resolve, 200));
      return {
        ranInline: window.ranInline ?? false,
        ranInjected: window.ranInjected ?? false,
        evaluated,
        reached,
        socket,
        node: ['require', 'process', 'module', 'Buffer', 'electron'].filter((name) => name in window),
        violations: [...new Set(violations)].sort(),
      };
    };
    document.title = 'began';`,
};

/** Waits until an expression is true. Playwright's own way evaluates text, which the page forbids. */
async function becomes(shown: Page, expression: string): Promise<unknown> {
  return vi.waitUntil(() => shown.evaluate(expression), { timeout: 300_000, interval: 50 });
}

describe('a page in Chromium', () => {
  let browser: Browser;
  let preload: string;
  beforeAll(async () => {
    preload = await bundlePreload();
    browser = await sharedChromium();
  });
  afterAll(() => browser?.close());

  const show = async (): Promise<Page> => {
    const { electron, window } = await startHost({ page });
    const shown = await showInChromium(browser, electron, window, preload);
    await becomes(shown, `document.title === 'began'`);
    return shown;
  };

  it('works through the bridge: commands, events and pictures', async () => {
    const shown = await show();
    expect(await shown.evaluate(`ask('app.info', {})`)).toMatchObject({
      ok: true,
      value: { host: 'electron' },
    });
    expect(await shown.evaluate(`ask('project.create', { name: 'Beach' })`)).toMatchObject({
      ok: true,
      value: { name: 'Beach' },
    });
    await becomes(shown, `heard.some(([event]) => event === 'project.changed')`);
    const png = await sharp({ create: { width: 6, height: 4, channels: 3, background: '#ff8800' } })
      .png()
      .toBuffer();
    expect(await shown.evaluate(`uploadAndShow(${JSON.stringify([...png])})`)).toEqual([png.length, 6, 4]);
  });

  it('runs no code but the program’s own, and reaches nothing', async () => {
    const shown = await show();
    // On a stack of the page's own: a debugger's calls may evaluate code whatever the policy says.
    await shown.evaluate('void setTimeout(async () => { window.found = await tryEverything(); })');
    const found = (await becomes(shown, 'window.found')) as { violations: string[] };
    expect(found).toMatchObject({
      ranInline: false,
      ranInjected: false,
      evaluated: false,
      reached: false,
      socket: false,
      node: [],
    });
    expect(found.violations).toEqual(
      expect.arrayContaining([
        'connect-src',
        'frame-src',
        'script-src',
        'script-src-attr',
        'script-src-elem',
      ]),
    );
  });
});
