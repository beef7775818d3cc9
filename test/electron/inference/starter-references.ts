/** The starter pack's sample scenes as last reviewed and accepted. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RENDER_OF_SAMPLE } from '../../../electron/app/projects/project-cards.ts';
import { loadScene } from '../../../electron/app/scenes/scene-folder.ts';
import { assetReader, makeRequest } from '../../../electron/app/scenes/scene-request.ts';
import { packFolder } from '../../../electron/cli/pack-folder.ts';
import type { RenderParameters } from '../../../electron/contract/parameters.ts';
import type { RenderRequest } from '../../../electron/contract/render-request.ts';
import type { Engine, RenderOutcome } from '../../../electron/inference/engine/engine.ts';

export const starterPack = await packFolder('starter');

export const referenceFolder = join(import.meta.dirname, '..', '..', 'golden', 'starter');

/** A scene of version 1; what the present weights make of it is a reference, too. */
export const versionOneScene = join(import.meta.dirname, '..', '..', 'golden', 'version-1', 'scene.json');

export const versionOneReference = join(referenceFolder, 'version-1.png');

/** Scenes with a reference: one, two and two overlapping concepts. */
export const referenceScenes = ['one', 'two-concepts', 'overlapping'] as const;

/** references.json: what made the pictures. */
export interface StarterReferences {
  readonly script: string;
  readonly onnxruntime: string;
  readonly device: string;
  /** Identity of the weights that made the pictures. */
  readonly weights: string;
  readonly minimumPsnrDb: number;
}

export function readReferences(): StarterReferences {
  return JSON.parse(readFileSync(join(referenceFolder, 'references.json'), 'utf8'));
}

/** Renders a sample scene with the pack's recommended parameters, unless others are given. */
export async function renderSample(
  engine: Engine,
  name: string,
  parameters: Partial<RenderParameters> = {},
): Promise<RenderOutcome> {
  return renderScene(engine, join(starterPack, 'scenes', name, 'scene.json'), parameters);
}

export async function renderScene(
  engine: Engine,
  path: string,
  parameters: Partial<RenderParameters> = {},
): Promise<RenderOutcome> {
  const scene = await loadScene(path);
  return engine.render(makeRequest(scene, engine.pack, { parameters }), assetReader(scene));
}

/** Path of the render that the start screen shows for a sample. */
export function renderOfSample(name: string): string {
  return join(starterPack, 'scenes', name, RENDER_OF_SAMPLE);
}

/** Names a request by its content; the render of a sample carries this in its XMP. */
export function identifierOf(request: RenderRequest): string {
  return `urn:sha256:${createHash('sha256').update(JSON.stringify(request)).digest('hex')}`;
}
