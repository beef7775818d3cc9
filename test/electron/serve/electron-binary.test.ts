/** Whether Electron is available: found, downloaded, or the reason why not. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findElectron } from '../../../electron/serve/electron-binary.ts';
import { temporaryFolder } from '../inference/tiny-pack.ts';

let packageFolder: string;
const environment = { DISPLAY: ':0' };
const unused = (): never => {
  throw new Error('nothing is to be fetched');
};

beforeEach(() => {
  packageFolder = temporaryFolder();
  writeFileSync(join(packageFolder, 'install.js'), '');
});
afterEach(() => rmSync(packageFolder, { recursive: true }));

function install(): void {
  mkdirSync(join(packageFolder, 'dist'), { recursive: true });
  writeFileSync(join(packageFolder, 'dist', 'electron'), '');
  writeFileSync(join(packageFolder, 'path.txt'), 'electron');
}

test('is found if it is installed, and not downloaded again', () => {
  install();
  const found = findElectron({ packageFolder, environment, fetchBinary: unused });
  expect(found).toEqual({ path: join(packageFolder, 'dist', 'electron') });
});

test('is taken from the environment’s path', () => {
  const elsewhere = { ...environment, ELECTRON_OVERRIDE_DIST_PATH: '/opt/electron' };
  expect(findElectron({ packageFolder, environment: elsewhere, fetchBinary: unused })).toEqual({
    path: join('/opt/electron', 'electron'),
  });
});

test('is downloaded once if it is missing, by the package’s own script', () => {
  const scripts: string[] = [];
  const found = findElectron({
    packageFolder,
    environment,
    fetchBinary: (script) => {
      scripts.push(script);
      install();
      return undefined;
    },
  });
  expect(found).toHaveProperty('path');
  expect(scripts).toEqual([join(packageFolder, 'install.js')]);
});

test('is missing, with the reason', () => {
  expect(findElectron({ packageFolder, environment, fetchBinary: () => 'no network' })).toEqual({
    reason: 'its binary cannot be fetched: no network',
  });
  expect(findElectron({ packageFolder, environment, fetchBinary: () => undefined })).toHaveProperty('reason');
  rmSync(join(packageFolder, 'install.js'));
  expect(findElectron({ packageFolder, environment, fetchBinary: unused })).toEqual({
    reason: 'its package is not installed',
  });
});

test('a failing script is reported with its error', () => {
  writeFileSync(join(packageFolder, 'install.js'), 'throw new Error("getaddrinfo ENOTFOUND")');
  expect(findElectron({ packageFolder, environment })).toEqual({
    reason: 'its binary cannot be fetched: getaddrinfo ENOTFOUND',
  });
});

test.runIf(process.platform === 'linux')('is of no use without a display', () => {
  install();
  expect(findElectron({ packageFolder, environment: {}, fetchBinary: unused })).toEqual({
    reason: 'there is no display',
  });
});
