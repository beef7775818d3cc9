/** Pictures on their way into projects, through the contract: refused, endless, damaged, and of any media type. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Studio } from '../../../../electron/app/studio.ts';
import type { CommandInput, CommandName } from '../../../../electron/contract/commands.ts';
import type { ProjectState } from '../../../../electron/contract/project-state.ts';
import { forkChild } from '../../../../electron/foundation/processes/child-process.ts';
import { assetProtocol } from '../../../../electron/main/protocols/asset-protocol.ts';
import { assetIdOf } from '../../../../electron/projects/asset-id.ts';
import { temporaryFolder } from '../../inference/tiny-pack.ts';
import { callStudio, testStudio } from '../studio-fixture.ts';

const foundationTests = join(import.meta.dirname, '../../foundation/pictures');
const fieldFile = (name: string) => readFileSync(join(foundationTests, 'files', name));

let root: string;
let studio: Studio;
beforeEach(() => {
  root = temporaryFolder();
});
afterEach(async () => {
  await studio.close();
  rmSync(root, { recursive: true });
});

const call = <Name extends CommandName>(name: Name, input: CommandInput<Name>) =>
  callStudio(studio, name, input);

const importFile = ({ projectId }: ProjectState, bytes: Uint8Array, name: string) =>
  call('assets.import', { projectId, upload: studio.putAsset(bytes, 'image/png'), name });

describe('an import', () => {
  test('says what of a file does not come along', async () => {
    studio = await testStudio(root);
    const project = await call('project.create', { name: 'One' });
    const animated = await importFile(project, fieldFile('animated.gif'), 'animated.gif');
    expect(animated).toMatchObject({ mediaType: 'image/png', notes: ['first-frame'] });
    const located = await importFile(project, fieldFile('located-upright.jpg'), 'photo.jpg');
    expect(located).toMatchObject({ mediaType: 'image/jpeg', notes: [] });
    expect(Buffer.from(studio.readAsset(located.asset)!.bytes).includes('Paris')).toBe(false);
  });

  test('of a TIFF with transparency gives a picture that browsers show, its opacity in it', async () => {
    studio = await testStudio(root);
    const project = await call('project.create', { name: 'One' });
    const tiff = await sharp({
      create: { width: 8, height: 8, channels: 4, background: { r: 9, g: 9, b: 9, alpha: 0 } },
    })
      .tiff({ compression: 'deflate' })
      .toBuffer();
    const { asset, mediaType, notes } = await importFile(project, tiff, 'cat.tif');
    expect({ mediaType, notes }).toEqual({ mediaType: 'image/png', notes: ['transparent'] });
    expect((await sharp(studio.readAsset(asset)!.bytes).metadata()).hasAlpha).toBe(true);
  });

  test('of an SVG under another name is refused at once, five times in a row', async () => {
    studio = await testStudio(root);
    const project = await call('project.create', { name: 'One' });
    const svg = fieldFile('svg-that-never-ends.png');
    await Promise.all(
      Array.from({ length: 5 }, (_, count) =>
        expect(
          importFile(project, Buffer.concat([svg, Buffer.from(`<!-- ${count} -->`)]), 'photo.png'),
        ).rejects.toMatchObject({ code: 'ASSET_INVALID', message: expect.stringContaining('SVG') }),
      ),
    );
  });

  test('that never ends takes nothing from others, and ends with the program', async () => {
    studio = await testStudio(root, {
      launchPictures: () => forkChild(join(foundationTests, 'hanging-pictures-to-kill.ts')),
    });
    const project = await call('project.create', { name: 'One' });
    const png = fieldFile('see-through.png');
    const endless = Array.from({ length: 5 }, () =>
      importFile(project, png, 'endless.png').catch((error: unknown) => error),
    );
    expect(await call('project.create', { name: 'Two' })).toMatchObject({ name: 'Two' });
    expect(await call('project.listOpen', {})).toHaveLength(2);
    await studio.close();
    for (const error of await Promise.all(endless)) expect(error).toMatchObject({ code: 'CANCELLED' });
  });
});

describe('a damaged picture', () => {
  const damage = (path: string, text: string) => {
    const database = new Database(path);
    database.prepare(text).run();
    database.close();
  };

  test('in the project that was opened first does not hide another project’s whole one', async () => {
    studio = await testStudio(root);
    // Its PNG lies in the project alone, not among the uploads.
    const tiff = fieldFile('deflate.tif');
    const damaged = await call('project.create', { name: 'Damaged' });
    const { asset } = await importFile(damaged, tiff, 'a.tif');
    await call('project.close', { projectId: damaged.projectId });
    damage(damaged.path, 'UPDATE asset SET bytes = zeroblob(100)');
    await call('project.open', { path: damaged.path, readOnly: false });
    expect(() => studio.readAsset(asset)).toThrow(expect.objectContaining({ code: 'ASSET_INVALID' }));

    const whole = await call('project.create', { name: 'Whole' });
    expect((await importFile(whole, tiff, 'a.tif')).asset).toBe(asset);
    expect(assetIdOf(studio.readAsset(asset)!.bytes)).toBe(asset);
  });

  test('answers with its sentence under Electron, too', async () => {
    studio = await testStudio(root);
    const project = await call('project.create', { name: 'Damaged' });
    const { asset } = await importFile(project, fieldFile('deflate.tif'), 'a.tif');
    await call('project.close', { projectId: project.projectId });
    damage(project.path, 'UPDATE asset SET bytes = zeroblob(100)');
    await call('project.open', { path: project.path, readOnly: false });
    const response = assetProtocol(studio.readAsset)(new Request(`asset://sha256/${asset}`));
    expect(response.status).toBe(422);
    expect(await response.text()).toMatch(/damaged/);
  });
});

test('an upload is kept under a picture’s media type, or as bytes that no browser shows', async () => {
  studio = await testStudio(root);
  const typeOf = (announced: string) =>
    studio.readAsset(studio.putAsset(Buffer.from(announced), announced))!.mediaType;
  expect(typeOf('image/png')).toBe('image/png');
  expect(typeOf('IMAGE/TIFF; x=1')).toBe('image/tiff');
  for (const announced of ['text/html', 'image/svg+xml', '', 'image/bmp']) {
    expect(typeOf(announced)).toBe('application/octet-stream');
  }
});
