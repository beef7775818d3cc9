/** Textual-inversion embeddings in the forms in which they are shared. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeFile, openEmbedding } from '../../../native-models/graph/index.ts';
import { temporaryFolder } from '../../electron/inference/tiny-pack.ts';
import { type Shapes, writeModelFile } from './single-file/single-file-models.ts';

let folder: string;
beforeAll(() => {
  folder = temporaryFolder();
});
afterAll(() => rmSync(folder, { recursive: true }));

function write(tensors: Shapes): string {
  const path = join(folder, 'word.safetensors');
  writeModelFile(path, { dtype: 'F16', tensors });
  return path;
}

test.each<[string, Shapes, string, [count: number, width: number][]]>([
  ['A1111, SD 1.x', { emb_params: [3, 768] }, 'sd1', [[3, 768]]],
  ['A1111, SD 2.x', { emb_params: [1, 1024] }, 'sd2', [[1, 1024]]],
  ['diffusers', { '<cat-toy>': [2, 768] }, 'sd1', [[2, 768]]],
  ['diffusers, a single vector', { '<cat-toy>': [768] }, 'sd1', [[1, 768]]],
  [
    'SDXL',
    { clip_g: [2, 1280], clip_l: [2, 768] },
    'sdxl',
    [
      [2, 768],
      [2, 1280],
    ],
  ],
])('%s', (_, tensors, family, expected) => {
  const path = write(tensors);
  const { encoders } = openEmbedding(path);
  expect(encoders.map(({ count, width }) => [count, width])).toEqual(expected);
  for (const { data, count, width } of encoders) expect(data).toHaveLength(count * width);
  expect(describeFile(path)).toMatchObject({ kind: 'embedding', family, precision: 'F16', problem: null });
});

test('encoders of different counts, too many vectors and other files are refused', () => {
  expect(() => openEmbedding(write({ clip_g: [2, 1280], clip_l: [1, 768] }))).toThrow(/1 vectors.*2 for/);
  expect(() => openEmbedding(write({ emb_params: [76, 768] }))).toThrow(/\[76,768\].*1 to 75/);
  expect(() => openEmbedding(write({ 'lora_unet_mid_block_proj.lora_down.weight': [4, 4] }))).toThrow(/LoRA/);
  expect(() => openEmbedding(write({ a: [1, 2], b: [1, 2] }))).toThrow(
    /is not an embedding: it has 2 tensors/,
  );
  const path = join(folder, 'page.safetensors');
  writeFileSync(path, '<!doctype html>');
  expect(() => openEmbedding(path)).toThrow(/web page/);
  expect(describeFile(write({ emb_params: [76, 768] })).problem).toContain('[76,768]');
});
