/**
 * Scenes with known objects and known backgrounds, for measuring how masks are found and objects removed
 * (native-models/training/build_preparation_scenes.py).
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { StudioError } from '../contract/errors.ts';
import { readJsonFileIfPresent } from '../foundation/files/read-json.ts';
import type { PictureFile } from '../inference/images/images.ts';
import { evenly } from './evaluation-scenes.ts';

const indexSchema = z.array(
  z.object({
    id: z.string().regex(/^\d+$/),
    place: z.string(),
    things: z
      .array(z.object({ thing: z.string(), phrase: z.string(), mask: z.string().regex(/^[\w.-]+$/) }))
      .min(1),
    absent: z.string(),
  }),
);

/** Choices are made on 'validation'; 'test' is for the numbers that are reported. */
export type PreparationSet = 'validation' | 'test';

export interface PreparationScene {
  readonly place: string;
  readonly picture: PictureFile;
  /** The place without objects and shadows. */
  readonly background: PictureFile;
  readonly things: readonly { readonly thing: string; readonly phrase: string; readonly mask: PictureFile }[];
  /** Phrase for something that is not there. */
  readonly absent: string;
}

/**
 * @param count how many, evenly from all; all of them when it is undefined
 * @returns none for a pack without such scenes
 * @throws StudioError PACK_INCOMPLETE when a file is missing, SCENE_INVALID
 */
export async function loadPreparationScenes(
  packFolder: string,
  set: PreparationSet,
  count?: number,
): Promise<PreparationScene[]> {
  const folder = join(packFolder, 'evaluation', 'preparation', set);
  const path = join(folder, 'index.json');
  const content = await readJsonFileIfPresent(path, path, {
    missing: 'PACK_INCOMPLETE',
    invalid: 'SCENE_INVALID',
  });
  if (content === undefined) return [];
  const index = parseIndex(folder, content);
  const read = async (name: string): Promise<PictureFile> => {
    try {
      return { name, bytes: await readFile(join(folder, name)) };
    } catch (cause) {
      throw new StudioError('PACK_INCOMPLETE', `${join(folder, name)} is missing or cannot be read.`, {
        cause,
      });
    }
  };
  const scenes: PreparationScene[] = [];
  for (const { id, place, things, absent } of evenly(index, count ?? index.length)) {
    scenes.push({
      place,
      absent,
      picture: await read(`${id}-picture.webp`),
      background: await read(`${id}-background.webp`),
      things: await Promise.all(things.map(async (thing) => ({ ...thing, mask: await read(thing.mask) }))),
    });
  }
  return scenes;
}

function parseIndex(folder: string, content: unknown): z.infer<typeof indexSchema> {
  try {
    return indexSchema.parse(content);
  } catch (cause) {
    throw new StudioError('SCENE_INVALID', `${folder}/index.json does not say what the scenes hold.`, {
      cause,
    });
  }
}
