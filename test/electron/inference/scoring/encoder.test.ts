/** Preparation and embeddings compared with transformers; test/golden/encoders/make_golden.py made the files. */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { decodeAll } from '../../../../electron/inference/images/images.ts';
import { openSessionCount } from '../../../../electron/inference/runtime/sessions.ts';
import { Encoder } from '../../../../electron/inference/scoring/encoder.ts';
import { cosineSimilarity } from '../../../../electron/inference/scoring/image-metrics.ts';
import {
  preparePicture,
  readPreparation,
} from '../../../../electron/inference/scoring/picture-preparation.ts';
import type { RgbImage } from '../../../../electron/pipeline/processors/image.ts';
import { GoldenTensors, maxAbsoluteDifference } from '../../../native-models/graph/golden-session.ts';
import { temporaryFolder } from '../tiny-pack.ts';
import { tinyClip } from './tiny-encoders.ts';

const golden = join(import.meta.dirname, '../../../golden/encoders');
const tensorsOf = (name: string) => new GoldenTensors(join(golden, name, 'golden.safetensors'));
let pictures: RgbImage[];
let scratch: string;
const opened: Encoder[] = [];

async function open(folder: string): Promise<Encoder> {
  const encoder = await Encoder.open(folder, scratch);
  opened.push(encoder);
  return encoder;
}

beforeAll(async () => {
  scratch = temporaryFolder();
  pictures = [];
  for (let i = 0; i < 10; i++) {
    const name = `${i}.png`;
    pictures.push(await decodeAll({ name, bytes: readFileSync(join(golden, 'pictures', name)) }));
  }
});
afterEach(async () => {
  for (const encoder of opened.splice(0)) await encoder.release();
  expect(openSessionCount()).toBe(0);
});
afterAll(() => rmSync(scratch, { recursive: true }));

describe.each(['clip', 'dinov2'])('%s', (name) => {
  test('prepares a picture like the Python processor', async () => {
    const { data } = preparePicture(pictures[3]!, await readPreparation(join(golden, name)));
    expect(maxAbsoluteDifference(data, tensorsOf(name).numbers('prepared'))).toBeLessThanOrEqual(1e-6);
  });

  test('embeds ten pictures of different shapes like Python', async () => {
    const encoder = await open(name === 'clip' ? tinyClip(scratch) : join(golden, name));
    const expected = tensorsOf(name).numbers('pictures');
    const size = expected.length / 10;
    for (const [i, picture] of pictures.entries()) {
      const embedding = await encoder.embedPicture(picture);
      const difference = maxAbsoluteDifference(embedding, expected.subarray(i * size, (i + 1) * size));
      expect(difference, `picture ${i}`).toBeLessThanOrEqual(1e-3);
    }
  });
});

test('embeds prompts with its own tokenizer, and patches', async () => {
  const encoder = await open(tinyClip(scratch));
  const [one, same, other] = [
    await encoder.embedText('a cat'),
    await encoder.embedText(' A  cat '),
    await encoder.embedText('a dog'),
  ];
  expect(one).toEqual(same);
  expect(cosineSimilarity(one, other)).toBeLessThan(1);
  expect(one).toHaveLength((await encoder.embedPicture(pictures[0]!)).length);
  const { perSide, patches } = await encoder.embedPatches(pictures[3]!);
  expect(perSide).toBe(4);
  expect(patches).toHaveLength(16);
});

test('weights of other values have another fingerprint, so that no scores are taken for theirs', async () => {
  const folder = join(scratch, 'dinov2');
  cpSync(join(golden, 'dinov2'), folder, { recursive: true });
  const [original, copy] = [await open(join(golden, 'dinov2')), await open(folder)];
  expect(copy.identity).toEqual(original.identity);
  const path = join(folder, 'model.safetensors');
  const bytes = readFileSync(path);
  bytes[bytes.length - 4]! ^= 1;
  writeFileSync(path, bytes);
  const changed = await open(folder);
  expect(changed.identity).toMatchObject({ name: original.identity.name });
  expect(changed.identity.fingerprint).not.toBe(original.identity.fingerprint);
});

test('CLIP’s own vocabulary is bundled with the program', async () => {
  const { openEncoderTokenizer } = await import('../../../../electron/inference/packs/pack-tokenizer.ts');
  const { ids } = (await openEncoderTokenizer(join(golden, 'clip'), 77))('a photo of a cat');
  expect(ids.slice(0, 8)).toEqual([49406, 320, 1125, 539, 320, 2368, 49407, 49407]);
});

describe('the error names the refused file:', () => {
  const broken = (change: (config: Record<string, unknown>) => void) => {
    const folder = temporaryFolder();
    cpSync(join(golden, 'dinov2'), folder, { recursive: true });
    const path = join(folder, 'preprocessor_config.json');
    const config = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    change(config);
    writeFileSync(path, JSON.stringify(config));
    return Encoder.open(folder, scratch).finally(() => rmSync(folder, { recursive: true }));
  };

  test('a filter that is not implemented, pictures without one size, no preparation at all', async () => {
    await expect(broken((config) => Object.assign(config, { resample: 5 }))).rejects.toThrow(
      /MODEL_INVALID|resample/,
    );
    await expect(broken((config) => Object.assign(config, { do_center_crop: false }))).rejects.toMatchObject({
      code: 'MODEL_INVALID',
    });
    await expect(Encoder.open(join(golden, 'clip-vision'), scratch)).rejects.toMatchObject({
      code: 'PACK_INCOMPLETE',
    });
  });
});
