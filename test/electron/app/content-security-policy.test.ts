/** One policy for the page in either host. */
import { expect, test } from 'vitest';
import { pagePolicy } from '../../../electron/app/content-security-policy.ts';

const directives = (policy: string) =>
  new Map(policy.split('; ').map((directive) => directive.split(/ (.*)/s) as [string, string]));

test('the hosts differ only in where pictures come from', () => {
  const [browser, electron] = [directives(pagePolicy()), directives(pagePolicy('asset:'))];
  for (const [name, sources] of electron) {
    const isPictures = name === 'img-src' || name === 'connect-src';
    expect([name, sources]).toEqual([
      name,
      isPictures ? browser.get(name)!.replace("'self'", "'self' asset:") : browser.get(name),
    ]);
  }
  expect([...browser.keys()]).toEqual([...electron.keys()]);
});

test('begins with nothing, and allows only code and styles from the program’s own files', () => {
  const policy = directives(pagePolicy());
  expect([...policy][0]).toEqual(['default-src', "'none'"]);
  for (const name of ['script-src', 'style-src', 'worker-src']) expect(policy.get(name)).toBe("'self'");
  expect(pagePolicy()).not.toMatch(/unsafe|https?:|\*/);
});
