/**
 * Scenes with known objects and backgrounds, to measure mask detection and object removal
 * (native-models/training/build_preparation_scenes.py).
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { StudioError } from '../contract/errors.ts';
import { readJsonFileIfPresent } from '../foundation/files/read-json.ts';
import type { PictureFile } from '../inference/images/images.ts';
import { evenly } from './evaluation-scenes.ts';

/** `things` are the subjects: the file's names are those of the released pack. */
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

/** 'validation' is for choices; 'test' is for the reported numbers. */
export type PreparationSet = 'validation' | 'test';

export interface PreparationScene {
  readonly place: string;
  readonly picture: PictureFile;
  /** The place without objects and shadows. */
  readonly background: PictureFile;
  readonly subjects: readonly {
    readonly name: string;
    readonly phrase: string;
    readonly mask: PictureFile;
  }[];
  /** A phrase for something the picture does not show. */
  readonly absent: string;
}

/**
 * @param count how many, sampled evenly; all by default
 * @returns none for a pack without such scenes
 * @throws StudioError PACK_INCOMPLETE when a file is missing, SCENE_INVALID
 */
export function loadPreparationScenes(
  packFolder: string,
  set: PreparationSet,
  count?: number,
): Promise<PreparationScene[]> {
  return loadScenesOf(join(packFolder, 'evaluation', 'preparation', set), count);
}

/**
 * The scenes of a folder in this format (see loadPreparationScenes).
 *
 * @throws StudioError PACK_INCOMPLETE, SCENE_INVALID
 */
export async function loadScenesOf(folder: string, count?: number): Promise<PreparationScene[]> {
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
      subjects: await Promise.all(
        things.map(async ({ thing, phrase, mask }) => ({ name: thing, phrase, mask: await read(mask) })),
      ),
    });
  }
  return scenes;
}

function parseIndex(folder: string, content: unknown): z.infer<typeof indexSchema> {
  try {
    return indexSchema.parse(content);
  } catch (cause) {
    throw new StudioError('SCENE_INVALID', `${folder}/index.json is not a valid index of scenes.`, {
      cause,
    });
  }
}
