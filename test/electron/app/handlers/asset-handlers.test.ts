/** Pictures by commands: imported and fitted, described, and refused with a reason. */
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { uploadTo } from '../studio-fixture.ts';
import { PuppetStudio } from './puppet-studio.ts';

let host: PuppetStudio;
let projectId: string;
let png: Uint8Array;
beforeAll(async () => {
  host = await PuppetStudio.start();
  projectId = (await host.call('project.openSample', {})).projectId;
  png = await sharp({ create: { width: 20, height: 10, channels: 3, background: 'green' } })
    .png()
    .toBuffer();
});
afterAll(() => host.close());

const nowhere = 'e'.repeat(64);

test.each([
  ['as it is', 'picture', null, [20, 10], []],
  ['cropped to a size', 'picture', { width: 8, height: 8, mode: 'cover' }, [8, 8], []],
  [
    'a mask, with what is added',
    'mask',
    { width: 30, height: 30, mode: 'contain' },
    [30, 30],
    ['mask-too-dark'],
  ],
] as const)('an upload is imported: %s', async (_, kind, fit, [width, height], notes) => {
  const upload = await uploadTo(host.studio, png);
  const taken = await host.call('assets.import', { projectId, upload, name: 'green.png', kind, fit });
  expect(taken).toMatchObject({ width, height, mediaType: 'image/png', notes });
  const { notes: _notes, ...described } = taken;
  expect(await host.call('assets.info', { projectId, asset: taken.asset })).toEqual(described);
});

test('what was not uploaded, is no picture, or is not in the project, is refused', async () => {
  const broken = await uploadTo(host.studio, Buffer.from('no picture'));
  const take = (upload: string) => host.call('assets.import', { projectId, upload, name: 'mine.png' });
  await expect(take(nowhere)).rejects.toMatchObject({ code: 'ASSET_MISSING' });
  await expect(take(broken)).rejects.toMatchObject({
    code: 'ASSET_INVALID',
    message: expect.stringContaining('mine.png'),
  });
  await expect(host.call('assets.info', { projectId, asset: nowhere })).rejects.toMatchObject({
    code: 'ASSET_MISSING',
  });
});

test('a picture without a request contains none', async () => {
  const upload = await uploadTo(host.studio, png);
  expect(await host.call('assets.readRequest', { upload })).toEqual({ request: null });
  await expect(host.call('assets.readRequest', { upload: nowhere })).rejects.toMatchObject({
    code: 'ASSET_MISSING',
  });
});
