/**
 * What a protocol has computed, by the hash of everything that it depends on: a run that was cancelled or killed
 * continues where it was, and a changed protocol computes only what changed.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { type PictureScores, SCORE_NAMES } from '../../contract/picture-scores.ts';
import { type RenderRequest, renderRequestSchema } from '../../contract/render-request.ts';
import { writeFileAtomically } from '../../foundation/files/atomic-write.ts';
import { decodeImage, encodePng } from '../../inference/images/images.ts';
import type { RgbImage } from '../../pipeline/processors/image.ts';

/** Facts about a rendered picture. */
const renderFactsSchema = z.object({
  request: renderRequestSchema,
  device: z.string(),
  seconds: z.number().nonnegative(),
  unetRows: z.int().nonnegative(),
  notices: z.array(z.string()),
});
export type RenderFacts = z.infer<typeof renderFactsSchema>;

const scoresSchema = z.object(
  Object.fromEntries(SCORE_NAMES.map((name) => [name, z.number().nullable()])),
) as unknown as z.ZodType<PictureScores>;

/** SHA-256 of a value's JSON. */
export function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}

export class ResultCache {
  readonly #folder: string;

  /** @param folder made when something is first written */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Path of a picture, relative to the folder. */
  pictureFile(key: string): string {
    return `pictures/${key}.png`;
  }

  /** Key of a render on a device: other devices round differently. */
  renderKey(request: RenderRequest, device: string): string {
    return hashOf({ request, device });
  }

  /** undefined when it is missing or damaged: it is then computed again. */
  async loadRender(key: string): Promise<{ image: RgbImage; facts: RenderFacts } | undefined> {
    const facts = await this.#readJson(`pictures/${key}.json`, renderFactsSchema);
    const image = facts && (await this.loadPicture(key));
    return image && { image, facts: facts! };
  }

  async loadPicture(key: string): Promise<RgbImage | undefined> {
    const name = this.pictureFile(key);
    try {
      return (await decodeImage({ name, bytes: await readFile(join(this.#folder, name)) })).pixels;
    } catch {
      return undefined;
    }
  }

  /** @throws StudioError DISK_FULL, OUTPUT_UNWRITABLE */
  async saveRender(key: string, image: RgbImage, facts: RenderFacts): Promise<void> {
    await this.savePicture(key, image);
    // Last: a picture without its facts counts as missing.
    await this.#write(`pictures/${key}.json`, `${JSON.stringify(facts, null, 1)}\n`);
  }

  /** @throws StudioError DISK_FULL, OUTPUT_UNWRITABLE */
  async savePicture(key: string, image: RgbImage): Promise<void> {
    await this.#write(this.pictureFile(key), await encodePng(image));
  }

  async loadScores(key: string): Promise<PictureScores | undefined> {
    return this.#readJson(`scores/${key}.json`, scoresSchema);
  }

  /** @throws StudioError DISK_FULL, OUTPUT_UNWRITABLE */
  async saveScores(key: string, scores: PictureScores): Promise<void> {
    await this.#write(`scores/${key}.json`, `${JSON.stringify(scores)}\n`);
  }

  async #readJson<Value>(name: string, schema: z.ZodType<Value>): Promise<Value | undefined> {
    try {
      const parsed = schema.safeParse(JSON.parse(await readFile(join(this.#folder, name), 'utf8')));
      return parsed.data;
    } catch {
      return undefined;
    }
  }

  async #write(name: string, content: string | Uint8Array): Promise<void> {
    await writeFileAtomically(join(this.#folder, name), content, {
      isDurable: false,
      unwritable: 'OUTPUT_UNWRITABLE',
    });
  }
}
