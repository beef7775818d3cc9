/**
 * Pictures of other methods, from a folder: by manifest.json, or by name, SET-SEED.png or SET/SEED.png
 * (docs/evaluation.md).
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { readAsset } from '../../app/scenes/scene-folder.ts';
import { StudioError } from '../../contract/errors.ts';
import { readJsonFileIfPresent } from '../../foundation/files/read-json.ts';
import { validate } from '../../foundation/validate.ts';
import type { PictureFile } from '../../inference/images/images.ts';

const manifestSchema = z.strictObject({
  version: z.literal(1),
  usesBackground: z
    .boolean()
    .default(false)
    .describe('The pictures change the protocol’s own backgrounds: its masks and its background count.'),
  pictures: z.array(
    z.strictObject({
      set: z.string().min(1),
      seed: z.int().nonnegative(),
      file: z.string().min(1),
      masks: z.array(z.string().min(1)).optional().describe('Of the concepts, in their order.'),
      seconds: z.number().positive().optional(),
    }),
  ),
});

/** One picture of another method. */
export interface FolderPicture {
  readonly file: string;
  /** Masks of the concepts in it, if known. */
  readonly masks: readonly string[] | null;
  readonly seconds: number | null;
}

export interface FolderMethod {
  readonly name: string;
  readonly folder: string;
  readonly usesBackground: boolean;
  readonly pictures: ReadonlyMap<string, FolderPicture>;
}

const PICTURE = /^(?<key>.+[-/]\d+)\.(png|jpe?g|webp)$/i;

/** Key of a picture in a folder. */
export function folderKey(set: string, seed: number): string {
  return `${set} ${seed}`;
}

/** @param text NAME=FOLDER @throws StudioError USAGE, PROTOCOL_INVALID */
export async function openFolderMethod(text: string): Promise<FolderMethod> {
  const [, name, folder] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (name === undefined || folder === undefined) {
    throw new StudioError('USAGE', `--images takes NAME=FOLDER; not "${text}".`);
  }
  const path = join(folder, 'manifest.json');
  const content = await readJsonFileIfPresent(path, path, {
    missing: 'PROTOCOL_INVALID',
    invalid: 'PROTOCOL_INVALID',
  });
  if (content === undefined) return { name, folder, usesBackground: false, pictures: await byName(folder) };
  const manifest = validate(manifestSchema, content, 'PROTOCOL_INVALID', `${path} is no manifest`);
  const pictures = new Map<string, FolderPicture>();
  for (const { set, seed, file, masks, seconds } of manifest.pictures) {
    pictures.set(folderKey(set, seed), { file, masks: masks ?? null, seconds: seconds ?? null });
  }
  return { name, folder, usesBackground: manifest.usesBackground, pictures };
}

async function byName(folder: string): Promise<ReadonlyMap<string, FolderPicture>> {
  const names = await readdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw new StudioError('PROTOCOL_INVALID', `The folder ${folder} cannot be read.`, { cause });
  });
  const pictures = new Map<string, FolderPicture>();
  for (const file of names.sort()) {
    const key = PICTURE.exec(file.replaceAll('\\', '/'))?.groups?.key;
    if (key === undefined) continue;
    const at = Math.max(key.lastIndexOf('-'), key.lastIndexOf('/'));
    const picture = { file, masks: null, seconds: null };
    pictures.set(folderKey(key.slice(0, at), Number(key.slice(at + 1))), picture);
  }
  if (pictures.size > 0) return pictures;
  throw new StudioError(
    'PROTOCOL_INVALID',
    `${folder} holds no picture named SET-SEED.png or SET/SEED.png, and no manifest.json.`,
  );
}

/** Reads a file of the folder. @throws StudioError ASSET_MISSING, ASSET_INVALID, ASSET_TOO_LARGE */
export async function readFolderFile({ folder }: FolderMethod, file: string): Promise<PictureFile> {
  return { name: file, bytes: await readAsset(join(folder, file)) };
}
