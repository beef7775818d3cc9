/** From a scene file and the options of the command line to a render request. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import * as z from 'zod';
import { StudioError } from '../contract/errors.ts';
import {
  PAPER_ALPHA,
  PAPER_PARAMETERS,
  type RecommendedParameters,
  type RenderParameters,
  renderParametersSchema,
} from '../contract/parameters.ts';
import { type AssetId, type RenderRequest, renderRequestSchema } from '../contract/render-request.ts';
import { MAX_CONCEPTS, type SceneFile, sceneFileSchema } from '../contract/scene-file.ts';

/** A picture file as it was read. */
export interface AssetFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A scene file and the pictures that it names. */
export interface LoadedScene {
  readonly file: SceneFile;
  /** What the scene's pictures are, by the paths that the scene file uses. */
  readonly assetIds: ReadonlyMap<string, AssetId>;
  readonly assets: ReadonlyMap<AssetId, AssetFile>;
}

/** What the command line sets over the scene file. */
export interface RequestOverrides {
  readonly parameters: Partial<RenderParameters>;
  /** For every concept. */
  readonly alpha?: number;
  /** By the concept's name. */
  readonly alphaByConcept?: ReadonlyMap<string, number>;
}

/**
 * Reads a scene file and the pictures that it names; pictures are not decoded.
 *
 * @throws StudioError SCENE_MISSING, SCENE_INVALID, CONCEPT_COUNT, ASSET_MISSING
 */
export async function loadScene(path: string): Promise<LoadedScene> {
  const file = parseScene(path, await readSceneJson(path), sceneFileSchema);
  const { background, inpainted, concepts } = file;
  const paths = [
    background,
    ...(inpainted === undefined ? [] : [inpainted]),
    ...concepts.flatMap(({ image, subject, mask }) => (subject ? [image, subject, mask] : [image, mask])),
  ];
  const assetIds = new Map<string, AssetId>();
  const assets = new Map<AssetId, AssetFile>();
  for (const assetPath of new Set(paths)) {
    const bytes = await readAsset(resolve(dirname(path), assetPath));
    const id = createHash('sha256').update(bytes).digest('hex');
    assetIds.set(assetPath, id);
    assets.set(id, { name: assetPath, bytes });
  }
  return { file, assetIds, assets };
}

/** @throws StudioError SCENE_MISSING, SCENE_INVALID */
export async function readSceneJson(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new StudioError('SCENE_MISSING', `The scene file ${path} is not there or cannot be read.`, {
      cause,
    });
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new StudioError('SCENE_INVALID', `${path} is not valid JSON: ${detail}`, { cause });
  }
}

/**
 * @param path for messages
 * @throws StudioError SCENE_INVALID naming every field at fault, CONCEPT_COUNT
 */
export function parseScene<Schema extends z.ZodType>(
  path: string,
  content: unknown,
  schema: Schema,
): z.output<Schema> {
  const concepts = (content as { concepts?: unknown } | null)?.concepts;
  if (Array.isArray(concepts) && (concepts.length < 1 || concepts.length > MAX_CONCEPTS)) {
    throw new StudioError(
      'CONCEPT_COUNT',
      `A scene takes 1 to ${MAX_CONCEPTS} concepts; ${path} has ${concepts.length}.`,
    );
  }
  const parsed = schema.safeParse(content);
  if (parsed.success) return parsed.data;
  throw new StudioError(
    'SCENE_INVALID',
    `${path} does not follow the format of docs/scene-file.md:\n${z.prettifyError(parsed.error)}`,
    { cause: parsed.error },
  );
}

/** @throws StudioError ASSET_MISSING */
export async function readAsset(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new StudioError('ASSET_MISSING', `The picture ${path} is not there or cannot be read.`, { cause });
  }
}

/**
 * Makes the request: options of the command line over the scene file over the pack's recommendation over the paper.
 *
 * @throws StudioError PARAMETER_INVALID naming the parameter
 */
export function makeRequest(
  { file, assetIds }: LoadedScene,
  pack: { readonly identity: RenderRequest['pack']; readonly recommended: RecommendedParameters },
  { parameters, alpha, alphaByConcept = new Map() }: RequestOverrides,
): RenderRequest {
  const { alpha: recommendedAlpha, ...recommended } = pack.recommended;
  for (const name of alphaByConcept.keys()) {
    if (!file.concepts.some((concept) => concept.name === name)) {
      throw new StudioError('PARAMETER_INVALID', `The scene has no concept "${name}" to set alpha of.`);
    }
  }
  const idOf = (path: string) => assetIds.get(path)!;
  const request = renderRequestSchema.safeParse({
    version: 1,
    scene: {
      prompt: file.prompt,
      inpaintPrompt: file.inpaintPrompt,
      background: idOf(file.background),
      inpainted: file.inpainted === undefined ? null : idOf(file.inpainted),
      concepts: file.concepts.map((concept) => ({
        name: concept.name,
        prompt: concept.prompt,
        image: idOf(concept.image),
        subject: concept.subject === undefined ? null : idOf(concept.subject),
        mask: idOf(concept.mask),
        alpha: alphaByConcept.get(concept.name) ?? alpha ?? concept.alpha ?? recommendedAlpha ?? PAPER_ALPHA,
        order: concept.order,
      })),
    },
    parameters: checkParameters({ ...PAPER_PARAMETERS, ...recommended, ...file.parameters, ...parameters }),
    pack: pack.identity,
  } satisfies RenderRequest);
  if (request.success) return request.data;
  throw invalidParameter(request.error);
}

function checkParameters(parameters: unknown): RenderParameters {
  const checked = renderParametersSchema.safeParse(parameters);
  if (checked.success) return checked.data;
  throw invalidParameter(checked.error);
}

function invalidParameter(error: z.ZodError): StudioError {
  return new StudioError('PARAMETER_INVALID', `A parameter is out of range:\n${z.prettifyError(error)}`, {
    cause: error,
  });
}

/** Gives the engine the scene's picture files by their content. */
export function assetReader({ assets }: LoadedScene): (id: AssetId) => Promise<AssetFile> {
  return async (id) => {
    const asset = assets.get(id);
    if (asset === undefined)
      throw new StudioError('ASSET_MISSING', `There is no picture with the content ${id}.`);
    return asset;
  };
}
