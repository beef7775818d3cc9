/** What other programs on the machine receive from a browser with the editor open: nothing that lets them in. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll, expect, it } from 'vitest';
import { TestClient, tokenOf } from '../electron/serve/test-client.ts';
import { sharedStudio } from './shared-studio.ts';
import { saved } from './studio-page.ts';
import { t } from './texts.ts';

const studio = sharedStudio();
/** Everything that the stranger received. */
let heard: string[];
const servers: Server[] = [];

afterAll(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

/** Another program on the machine, which records everything it receives. @param port 0 takes any free port */
async function stranger(port: number): Promise<string> {
  heard = [];
  const listen = (request: IncomingMessage) => {
    heard.push(`${request.method} ${request.url} ${JSON.stringify(request.rawHeaders)}`);
  };
  const server = createServer((request, response) => {
    listen(request);
    response.setHeader('Access-Control-Allow-Origin', '*');
    if (request.url?.startsWith('/challenge')) {
      // What a program that knows the protocol, but not the token, can send.
      response.end(JSON.stringify({ challenge: 'c'.repeat(60), proof: 'p'.repeat(43) }));
      return;
    }
    response.setHeader('Content-Type', 'text/html');
    response.end('<!doctype html><title>stranger</title>');
  });
  server.on('upgrade', (request, socket) => {
    listen(request);
    socket.destroy();
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** What the page there can find out about the host, and what it can reach. */
function attack(page: Page, host: string): Promise<Record<string, unknown>> {
  return page.evaluate(async (origin) => {
    const reads = (path: string) =>
      fetch(`${origin}${path}`, { credentials: 'include' }).then(
        () => true,
        () => false,
      );
    const opens = await new Promise<boolean>((resolve) => {
      const socket = new WebSocket(`${origin.replace('http', 'ws')}/socket`);
      socket.onopen = () => resolve(true);
      socket.onerror = () => resolve(false);
    });
    return {
      cookies: document.cookie,
      stored: { ...localStorage, ...sessionStorage },
      databases: (await indexedDB.databases()).length,
      readsChallenge: await reads('/challenge?page=nnnnnnnnnnnnnnnnnnnnnnnn'),
      readsPage: await reads('/index.html'),
      opens,
    };
  }, host);
}

it('a server on another port of the machine receives no part of the key', async () => {
  const { context, serve } = studio;
  const client = await TestClient.connect(serve.url);
  const secrets = [tokenOf(serve.url), client.assetKey];
  client.close();
  const elsewhere = await stranger(0);
  const page = await context.newPage();
  await page.goto(elsewhere);
  expect(await attack(page, serve.url.origin)).toEqual({
    cookies: '',
    stored: {},
    databases: 0,
    readsChallenge: false,
    readsPage: false,
    opens: false,
  });
  await page.goto(`${elsewhere}/again`);
  expect(heard.length).toBeGreaterThanOrEqual(2);
  expect(heard.join('\n')).not.toMatch(/cookie/i);
  for (const secret of secrets) expect(heard.join('\n')).not.toContain(secret);
  expect(await context.cookies()).toEqual([]);
  await page.close();
});

it('a browser that stores nothing for the page is told how to change that, and then has the key', async () => {
  const context = await studio.context.browser()!.newContext();
  const page = await context.newPage();
  // What Chromium does with all cookies blocked.
  await page.addInitScript(() => {
    if (document.cookie.includes('allowed')) return;
    IDBFactory.prototype.open = () => {
      throw new DOMException(
        'access to the Indexed Database API is denied in this context.',
        'SecurityError',
      );
    };
  });
  await page.goto(studio.serve.url.href);
  await page
    .getByRole('alert')
    .filter({ hasText: t('app.connection.storeless') })
    .waitFor();
  expect(page.url()).toBe(studio.serve.url.href);
  await context.addCookies([{ name: 'allowed', value: 'yes', url: studio.serve.url.origin }]);
  await page.reload();
  await page.getByRole('banner').waitFor();
  expect(page.url()).not.toContain('token');
  await context.close();
});

it('a program on the port of a host that has ended receives no proof, change or picture', async () => {
  const { page, serve } = studio;
  await studio.kill();
  await page
    .getByRole('alert')
    .filter({ hasText: t('app.connection.lost') })
    .waitFor();
  await stranger(Number(serve.url.port));
  const field = page.getByRole('textbox', { name: t('parameters.steps.name') });
  await field.fill('17');
  await field.press('Enter');
  await page
    .getByRole('alert')
    .filter({ hasText: t('app.connection.refused') })
    .waitFor();
  await expect
    .poll(() => heard.filter((request) => request.includes('/challenge')).length)
    .toBeGreaterThan(1);
  expect(heard.filter((request) => !request.startsWith('GET /challenge?page='))).toEqual([]);
  expect(heard.join('\n')).not.toContain(tokenOf(serve.url));
  // The real host is back: the change arrives.
  const server = servers.pop()!;
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await studio.restart();
  await saved(page);
  const client = await TestClient.connect(studio.serve.url);
  const [project] = await client.call('project.listOpen');
  client.close();
  expect(project!.document.parameters.steps).toBe(17);
});
