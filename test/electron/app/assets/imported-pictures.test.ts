/** Importing pictures into projects through the contract: refused, endless, damaged, and of any media type. */
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import sharp from 'sharp';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Studio } from '../../../../electron/app/studio.ts';
import type { CommandInput, CommandName } from '../../../../electron/contract/commands.ts';
import type { ProjectState } from '../../../../electron/contract/project-state.ts';
import { studioFolders } from '../../../../electron/foundation/folders.ts';
import { forkChild } from '../../../../electron/foundation/processes/child-process.ts';
import { assetProtocol } from '../../../../electron/main/protocols/asset-protocol.ts';
import { assetIdOf } from '../../../../electron/projects/asset-id.ts';
import { withPngTexts } from '../../../../electron/projects/export/png-text.ts';
import { temporaryFolder } from '../../inference/tiny-pack.ts';
import { callStudio, testFacts, testStudio, uploadTo } from '../studio-fixture.ts';

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

const importFile = async ({ projectId }: ProjectState, bytes: Uint8Array, name: string) =>
  call('assets.import', { projectId, upload: await uploadTo(studio, bytes), name });

describe('an import', () => {
  test('says what of a file is dropped', async () => {
    studio = await testStudio(root);
    const project = await call('project.create', { name: 'One' });
    const animated = await importFile(project, fieldFile('animated.gif'), 'animated.gif');
    expect(animated).toMatchObject({ mediaType: 'image/png', notes: ['first-frame'] });
    const located = await importFile(project, fieldFile('located-upright.jpg'), 'photo.jpg');
    expect(located).toMatchObject({ mediaType: 'image/jpeg', notes: [] });
    expect(Buffer.from(studio.readAsset(located.asset)!.bytes).includes('Paris')).toBe(false);
  });

  test('of a TIFF with transparency gives a picture that browsers show, with its opacity', async () => {
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

  test('that never ends blocks nothing else, and ends with the program', async () => {
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

  test('in the project opened first does not hide an intact one in another project', async () => {
    studio = await testStudio(root);
    // Its PNG is only in the project, not among the uploads.
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

  test('is refused with its sentence under Electron too', async () => {
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

test('an upload is stored under a picture’s media type, or as bytes that no browser shows', async () => {
  studio = await testStudio(root);
  const typeOf = async (announced: string) =>
    studio.readAsset(await uploadTo(studio, Buffer.from(announced), announced))!.mediaType;
  expect(await typeOf('image/png')).toBe('image/png');
  expect(await typeOf('IMAGE/TIFF; x=1')).toBe('image/tiff');
  for (const announced of ['text/html', 'image/svg+xml', '', 'image/bmp']) {
    expect(await typeOf(announced)).toBe('application/octet-stream');
  }
});

describe('a file too large for memory', () => {
  /** 18 MB, the size of an uncompressed photograph of six megapixels. */
  let png: Buffer;
  beforeAll(async () => {
    const data = randomBytes(3000 * 2000 * 3);
    png = await sharp(data, { raw: { width: 3000, height: 2000, channels: 3 } })
      .png({ compressionLevel: 0 })
      .toBuffer();
  });
  const uploads = () => readdirSync(uploadsFolder);
  let uploadsFolder: string;
  beforeEach(async () => {
    const facts = await testFacts(root);
    studio = await testStudio(root, {}, facts.environment);
    uploadsFolder = join(studioFolders(facts).cache, 'uploads');
  });

  test('waits in a temporary file, enters the project unchanged, and leaves nothing behind', async () => {
    const project = await call('project.create', { name: 'One' });
    const upload = await uploadTo(studio, png);
    expect(upload).toBe(assetIdOf(png));
    expect(uploads()).toHaveLength(1);
    expect(await call('assets.readRequest', { upload })).toEqual({ request: null });
    const imported = await call('assets.import', { projectId: project.projectId, upload, name: 'a.png' });
    expect(imported).toMatchObject({ asset: upload, width: 3000, height: 2000 });
    expect(uploads()).toHaveLength(1);
    await studio.close();
    expect(uploads()).toEqual([]);
  });

  test('is converted by the process that reads it, if necessary', async () => {
    const project = await call('project.create', { name: 'One' });
    const xmp = { keyword: 'XML:com.adobe.xmp', text: 'by somebody', form: 'utf8' } as const;
    const located = withPngTexts(png, [xmp]);
    const { asset } = await importFile(project, located, 'a.png');
    const kept = studio.readAsset(asset)!.bytes;
    expect(located.includes('somebody')).toBe(true);
    expect(Buffer.from(kept).includes('somebody')).toBe(false);
    expect(assetIdOf(kept)).toBe(asset);
    expect(uploads()).toHaveLength(1);
  });

  test('is refused by name if it is damaged', async () => {
    const project = await call('project.create', { name: 'One' });
    await expect(importFile(project, png.subarray(0, -20_000), 'half.png')).rejects.toMatchObject({
      code: 'ASSET_INVALID',
      message: expect.stringContaining('half.png'),
    });
  });
});
