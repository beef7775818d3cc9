/** The studio's key file. */
import { rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { serverName } from '../../../electron/farm/farm-address.ts';
import { createStudioKey, readStudioKey } from '../../../electron/farm/studio-key.ts';
import { temporaryFolder } from '../inference/tiny-pack.ts';

const root = temporaryFolder();
afterAll(() => rmSync(root, { recursive: true }));

test('is created once, for this user only, and gives the same keys each time', async () => {
  const path = join(root, 'key');
  await createStudioKey(path);
  if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600);
  const key = await readStudioKey(path);
  expect(await readStudioKey(path)).toEqual(key);
  expect(new Set([key.encryption, key.signing, key.naming].map((part) => part.toString('hex'))).size).toBe(3);
  await expect(createStudioKey(path)).rejects.toMatchObject({ code: 'OUTPUT_EDITED' });
});

test.each(['', 'short', 'x'.repeat(44), Buffer.alloc(31).toString('base64')])('refuses %j', async (text) => {
  const path = join(root, 'bad');
  writeFileSync(path, text);
  await expect(readStudioKey(path)).rejects.toMatchObject({ code: 'FARM_KEY_INVALID' });
});

test('that is missing is reported with advice', async () => {
  await expect(readStudioKey(join(root, 'none'))).rejects.toMatchObject({
    code: 'FARM_KEY_INVALID',
    message: expect.stringContaining('pnpmix farm key'),
  });
});

test('a farm’s address is validated, and shown without its password', () => {
  expect(serverName('rediss://worker:secret@farm:6380')).toBe('rediss://farm:6380');
  for (const url of ['farm:6379', 'http://farm', 'secret', 'redis://'])
    expect(() => serverName(url)).toThrow(/redis:\/\/HOST:PORT/);
});
