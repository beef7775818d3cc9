/** Single-file checkpoints as model packs: opened, identified, imported, rendered; and the facts of their family. */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PAD_TOKENS, scheduleOfFamily } from '../../../../electron/inference/packs/family-facts.ts';
import { inspectCheckpoint } from '../../../../electron/inference/packs/inspect-checkpoint.ts';
import { openModelPack } from '../../../../electron/inference/packs/model-pack.ts';
import { parseNoiseSchedule } from '../../../../electron/inference/packs/noise-schedule-config.ts';
import { sha256OfFile } from '../../../../electron/models/file-hash.ts';
import { writeSingleFile } from '../../../native-models/graph/single-file/single-file-models.ts';
import { temporaryFolder } from '../tiny-pack.ts';

const publishedFolder = join(import.meta.dirname, '../../../golden/published');
const published = (path: string) =>
  JSON.parse(readFileSync(join(publishedFolder, path), 'utf8')) as Record<string, unknown>;

let root: string;
let file: string;
beforeAll(() => {
  root = temporaryFolder();
  file = join(root, 'my model.v2.safetensors');
  writeSingleFile(file, 'sd1');
});
afterAll(() => rmSync(root, { recursive: true }));

const open = (path: string) => openModelPack(path, { cacheFolder: join(root, 'cache') });

describe('a single file', () => {
  test('opens by its path: named after the file, identified by its content', async () => {
    const pack = await open(file);
    expect(pack).toMatchObject({
      folder: file,
      name: 'my model.v2',
      identity: { id: 'my model.v2', version: 'unversioned', weights: await sha256OfFile(file) },
      // 64 latent elements of two pixels: the golden autoencoder has two levels.
      size: { width: 128, height: 128 },
      schedule: { predictionType: 'epsilon', betaSchedule: 'scaled_linear', trainSteps: 1000 },
    });
    expect(pack.tokenize('a cat').ids.slice(0, 5)).toEqual([49406, 320, 2368, 49407, 49407]);
  });

  test('is identified by its content alone, in a folder too', async () => {
    const folder = join(root, 'folder');
    mkdirSync(folder, { recursive: true });
    writeSingleFile(join(folder, 'other.safetensors'), 'sd1');
    const [one, other] = await Promise.all([open(file), open(folder)]);
    expect(other.identity.weights).toBe(one.identity.weights);
    expect(other.name).toBe('other');
  });

  test('is inspected like a folder, SDXL too', async () => {
    expect(await inspectCheckpoint(file)).toEqual({ files: ['my model.v2.safetensors'], isSdxl: false });
    const sdxl = join(root, 'sdxl.safetensors');
    writeSingleFile(sdxl, 'sdxl', { values: {} });
    expect(await inspectCheckpoint(sdxl)).toEqual({ files: ['sdxl.safetensors'], isSdxl: true });
  });

  test('that is missing is an unknown pack', async () => {
    await expect(open(join(root, 'none.safetensors'))).rejects.toMatchObject({ code: 'PACK_UNKNOWN' });
  });
});

describe('a family’s facts match its published repositories', () => {
  const families = [
    ['sd1', 'stable-diffusion-v1-5', 'epsilon', ['tokenizer']],
    ['sd2', 'stable-diffusion-2-1-base', 'epsilon', ['tokenizer']],
    ['sd2', 'stable-diffusion-2-1', 'v_prediction', ['tokenizer']],
    ['sdxl', 'stable-diffusion-xl-base-1.0', 'epsilon', ['tokenizer', 'tokenizer_2']],
  ] as const;
  test.each(families)('%s: %s', (family, repository, predictionType, tokenizers) => {
    const stated = published(`${repository}/scheduler/scheduler_config.json`);
    const schedule = scheduleOfFamily({ path: '', family, predictionType, zeroTerminalSnr: false });
    expect(parseNoiseSchedule(schedule, '')).toEqual(parseNoiseSchedule(stated, ''));
    for (const tokenizer of tokenizers) {
      const { pad_token: pad } = published(`${repository}/${tokenizer}/special_tokens_map.json`);
      const token = typeof pad === 'string' ? pad : (pad as { content: string }).content;
      expect(token, tokenizer).toBe(PAD_TOKENS[family][tokenizer]);
    }
  });
});
