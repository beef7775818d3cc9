/** The starter pack's sample scenes as last reviewed and accepted. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadScene } from '../../../electron/app/scenes/scene-folder.ts';
import { assetReader, makeRequest } from '../../../electron/app/scenes/scene-request.ts';
import { packFolder } from '../../../electron/cli/pack-folder.ts';
import type { RenderParameters } from '../../../electron/contract/parameters.ts';
import type { Engine, RenderOutcome } from '../../../electron/inference/engine/engine.ts';

export const starterPack = await packFolder('starter');

export const referenceFolder = join(import.meta.dirname, '..', '..', 'golden', 'starter');

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
  const scene = await loadScene(join(starterPack, 'scenes', name, 'scene.json'));
  return engine.render(makeRequest(scene, engine.pack, { parameters }), assetReader(scene));
}
