/** Makes a render request from a scene and the options of the command line. */

import { withEmbeddings } from '../../contract/embedding-names.ts';
import { StudioError } from '../../contract/errors.ts';
import type { Frame } from '../../contract/frame.ts';
import {
  PAPER_ALPHA,
  PAPER_PARAMETERS,
  type RecommendedParameters,
  type RenderParameters,
  renderParametersSchema,
} from '../../contract/parameters.ts';
import { type AssetId, type RenderRequest, renderRequestSchema } from '../../contract/render-request.ts';
import { validate } from '../../foundation/validate.ts';
import type { AssetFile, LoadedScene } from './scene-folder.ts';

const OUT_OF_RANGE = 'A parameter is out of range';

/** Options of the command line that override the scene file. */
export interface RequestOverrides {
  readonly parameters: Partial<RenderParameters>;
  /** For every concept. */
  readonly alpha?: number;
  /** The part of the background that the model sees. */
  readonly frame?: Frame;
  /** For every concept. */
  readonly strength?: number;
  /** By the concept's name. */
  readonly alphaByConcept?: ReadonlyMap<string, number>;
}

/**
 * Makes the request: options of the command line over the scene file over the pack's recommendation over the paper.
 *
 * @throws StudioError PARAMETER_INVALID naming the parameter
 */
export function makeRequest(
  { file, assetIds }: LoadedScene,
  pack: {
    readonly identity: RenderRequest['pack'];
    readonly recommended: RecommendedParameters;
    readonly embeddings?: readonly { readonly name: string; readonly sha256: string }[] | undefined;
  },
  { parameters, alpha, frame, strength, alphaByConcept = new Map() }: RequestOverrides,
): RenderRequest {
  const { alpha: recommendedAlpha, ...recommended } = pack.recommended;
  for (const name of alphaByConcept.keys()) {
    if (!file.concepts.some((concept) => concept.name === name)) {
      throw new StudioError('PARAMETER_INVALID', `The scene has no concept "${name}" to set alpha for.`);
    }
  }
  const idOf = (path: string) => assetIds.get(path)!;
  const request = {
    version: 2,
    scene: {
      prompt: file.prompt,
      inpaintPrompt: file.inpaintPrompt,
      ...(file.negativePrompt && { negativePrompt: file.negativePrompt }),
      background: idOf(file.background),
      inpainted: file.inpainted === undefined ? null : idOf(file.inpainted),
      frame: frame ?? file.frame,
      concepts: file.concepts.map((concept) => ({
        name: concept.name,
        prompt: concept.prompt,
        image: idOf(concept.image),
        subject: concept.subject === undefined ? null : idOf(concept.subject),
        mode: concept.mode,
        mask: concept.mask === undefined ? null : idOf(concept.mask),
        front: concept.front === undefined ? null : idOf(concept.front),
        placement: concept.placement ?? null,
        strength: strength ?? concept.strength,
        alpha: alphaByConcept.get(concept.name) ?? alpha ?? concept.alpha ?? recommendedAlpha ?? PAPER_ALPHA,
        order: concept.order,
      })),
    },
    parameters: checkParameters({ ...PAPER_PARAMETERS, ...recommended, ...file.parameters, ...parameters }),
    pack: pack.identity,
  } satisfies RenderRequest;
  const named = withEmbeddings(request, pack.embeddings);
  return validate(renderRequestSchema, named, 'PARAMETER_INVALID', OUT_OF_RANGE);
}

function checkParameters(parameters: unknown): RenderParameters {
  return validate(renderParametersSchema, parameters, 'PARAMETER_INVALID', OUT_OF_RANGE);
}

/** Gives the engine the scene's picture files by their content. */
export function assetReader({ assets }: LoadedScene): (id: AssetId) => Promise<AssetFile> {
  return async (id) => {
    const asset = assets.get(id);
    if (asset === undefined)
      throw new StudioError('ASSET_MISSING', `There is no picture with the hash ${id}.`);
    return asset;
  };
}
