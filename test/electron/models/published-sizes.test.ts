/**
 * The catalogue of sd21 compared with the published repositories: published-files.json contains the sizes and hashes
 * from their Git LFS pointers and small files, and the golden file the tensors of each architecture.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { catalogSize } from '../../../electron/contract/pack-catalog.ts';
import { readCatalogs } from '../../../electron/models/catalogs.ts';

const ROOT = join(import.meta.dirname, '../../..');

interface PublishedFile {
  readonly bytes: number;
  readonly sha256: string;
}

const published = (
  JSON.parse(readFileSync(join(import.meta.dirname, 'published-files.json'), 'utf8')) as {
    repositories: Record<string, Record<string, PublishedFile>>;
  }
).repositories;
const architectures = JSON.parse(
  gunzipSync(readFileSync(join(ROOT, 'test/golden/graph/full-size.json.gz'))).toString(),
) as Record<string, { tensors: Record<string, number[]> }>;
const catalog = (await readCatalogs(join(ROOT, 'native-models/packs'))).find(({ id }) => id === 'sd21')!;
const componentOf = (id: string) => catalog.components.find((component) => component.id === id)!;

/** Length of a half-precision file written by safetensors 0.3 or later: tensors by name, header padded to 8. */
function halfPrecisionBytes(tensors: Record<string, number[]>): number {
  let end = 0;
  const header: Record<string, unknown> = { __metadata__: { format: 'pt' } };
  for (const name of Object.keys(tensors).toSorted()) {
    const shape = tensors[name]!;
    const begin = end;
    end += 2 * shape.reduce((product, side) => product * side, 1);
    header[name] = { dtype: 'F16', shape, data_offsets: [begin, end] };
  }
  return 8 + Math.ceil(JSON.stringify(header).length / 8) * 8 + end;
}

describe('the catalogue of sd21', () => {
  it.each([
    ['blending', 'stable-diffusion-2-1-base'],
    ['backgrounds', 'stable-diffusion-xl-base-1.0'],
  ])('lists every file of %s as %s was published', (id, repository) => {
    const { files } = componentOf(id);
    const found = files.filter(({ path, remotePath }) => published[repository]![remotePath ?? path]);
    for (const { path, remotePath, bytes, sha256 } of found) {
      expect({ path, bytes, sha256 }).toEqual({ path, ...published[repository]![remotePath ?? path]! });
    }
    // The half-precision weights of SD 2.1 base are not among its published files; see below.
    const others = files.filter((file) => !found.includes(file)).map(({ remotePath }) => remotePath);
    expect(others).toEqual(
      id === 'blending'
        ? [
            'text_encoder/model.fp16.safetensors',
            'unet/diffusion_pytorch_model.fp16.safetensors',
            'vae/diffusion_pytorch_model.fp16.safetensors',
          ]
        : [],
    );
    expect(catalogSize([componentOf(id)]).unknownFiles).toBe(0);
  });

  it('identifies the autoencoder of SD 2.1 base by the same file of a fine-tune', () => {
    const file = componentOf('blending').files.find(({ path }) => path.startsWith('vae/diffusion'))!;
    const same = published['realistic-vision-v5.1']!['vae/diffusion_pytorch_model.safetensors']!;
    expect({ bytes: file.bytes, sha256: file.sha256 }).toEqual(same);
  });

  it('has the length of the U-Net of SD 2.1 base, which its tensors determine as for the others', () => {
    for (const [architecture, repository, path] of [
      ['sd1 unet', 'stable-diffusion-v1-5', 'unet/diffusion_pytorch_model.fp16.safetensors'],
      ['sdxl unet', 'stable-diffusion-xl-base-1.0', 'unet/diffusion_pytorch_model.fp16.safetensors'],
      ['clip g', 'stable-diffusion-xl-base-1.0', 'text_encoder_2/model.fp16.safetensors'],
      ['vae', 'stable-diffusion-v1-5', 'vae/diffusion_pytorch_model.fp16.safetensors'],
    ] as const) {
      const { tensors } = architectures[architecture]!;
      expect(halfPrecisionBytes(tensors), architecture).toBe(published[repository]![path]!.bytes);
    }
    const unet = componentOf('blending').files.find(({ path }) => path.startsWith('unet/diffusion'))!;
    expect(unet.bytes).toBe(halfPrecisionBytes(architectures['sd2 unet']!.tensors));
  });

  it('says which parts it does not know completely', () => {
    const unknown = catalog.components.filter((component) => catalogSize([component]).unknownFiles > 0);
    expect(unknown.map(({ id }) => id)).toEqual([
      'detector',
      'segmenter',
      'segmenter-slim',
      'segmenter-sam21',
      'subject',
    ]);
  });
});
