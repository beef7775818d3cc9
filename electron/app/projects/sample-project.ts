/** The bundled sample scene as a document of a new project. */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { StudioError } from '../../contract/errors.ts';
import { PAPER_ALPHA, type RenderParameters } from '../../contract/parameters.ts';
import type { AssetId } from '../../contract/render-request.ts';
import { CONCEPT_COLOURS, type SceneDocument } from '../../contract/scene-document.ts';
import { type SceneFile, sceneFileSchema } from '../../contract/scene-file.ts';
import { normalisePicture } from '../assets/pictures.ts';

/** A scene read from its folder, its pictures ready for a project. */
export interface SampleScene {
  readonly name: string;
  /** Makes the document once the pictures have been put where `putAsset` puts them. */
  readonly toDocument: (putAsset: (bytes: Uint8Array) => AssetId) => SceneDocument;
}

/**
 * Reads a scene file (docs/scene-file.md) and its pictures.
 *
 * @param start what its parameters are where the file does not say
 * @throws StudioError SCENE_MISSING, SCENE_INVALID, ASSET_MISSING, ASSET_INVALID
 */
export async function readSampleScene(
  path: string,
  start: { readonly parameters: RenderParameters; readonly alpha: number | undefined },
): Promise<SampleScene> {
  const file = await readScene(path);
  const pictures = new Map<string, Uint8Array>();
  const read = async (name: string, kind: 'picture' | 'mask') => {
    const bytes = await readFile(join(dirname(path), name)).catch((cause: unknown) => {
      throw new StudioError('ASSET_MISSING', `The sample’s picture ${name} cannot be read.`, { cause });
    });
    pictures.set(name, (await normalisePicture(bytes, name, kind, null)).bytes);
  };
  for (const name of [file.background, file.inpainted]) if (name !== undefined) await read(name, 'picture');
  for (const { image, subject, mask } of file.concepts) {
    await read(image, 'picture');
    if (subject !== undefined) await read(subject, 'mask');
    await read(mask, 'mask');
  }
  const given = Object.fromEntries(
    Object.entries(file.parameters).filter(([, value]) => value !== undefined),
  );
  return {
    name: file.name ?? 'Sample scene',
    toDocument: (putAsset) => {
      const put = (name: string) => putAsset(pictures.get(name)!);
      return {
        version: 1,
        prompt: file.prompt,
        inpaintPrompt: file.inpaintPrompt,
        background: put(file.background),
        inpainted: file.inpainted === undefined ? null : put(file.inpainted),
        concepts: file.concepts
          .toSorted((a, b) => a.order - b.order)
          .map(({ name, prompt, image, subject, mask, alpha }, index) => ({
            id: `concept-${index + 1}`,
            name,
            prompt,
            // What stands in the background looks otherwise than the prompt says: only what it is holds for both.
            phrase: name,
            image: put(image),
            subject: subject === undefined ? null : put(subject),
            mask: put(mask),
            alpha: alpha ?? start.alpha ?? PAPER_ALPHA,
            visible: true,
            locked: false,
            colour: CONCEPT_COLOURS[index % CONCEPT_COLOURS.length]!,
          })),
        parameters: { ...start.parameters, ...given },
      };
    },
  };
}

async function readScene(path: string): Promise<SceneFile> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new StudioError('SCENE_MISSING', 'The sample scene is not installed.', { cause });
  }
  try {
    return sceneFileSchema.parse(JSON.parse(text));
  } catch (cause) {
    const detail = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
    throw new StudioError(
      'SCENE_INVALID',
      `${path} does not follow the format of docs/scene-file.md: ${detail}`,
      {
        cause,
      },
    );
  }
}
