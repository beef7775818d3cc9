/** The textbook version on an engine's own models, from a request to the latents, without any cache. */
import type { RenderRequest } from '../../electron/contract/render-request.ts';
import { type Engine, methodParameters } from '../../electron/inference/engine/engine.ts';
import { prepareScene } from '../../electron/inference/scene/scene-assets.ts';
import type { AssetReader } from '../../electron/inference/scene/scene-concepts.ts';
import { encodeScene } from '../../electron/pipeline/compose.ts';
import { type TextbookResult, textbookPnpMix } from './textbook-pnp-mix.ts';

/** A store that keeps nothing, since the textbook caches nothing. */
const noStore = { load: async () => undefined, save: async () => {} };

export async function textbookRender(
  { models, framePack }: Pick<Engine, 'models' | 'framePack'>,
  request: RenderRequest,
  readAsset: AssetReader,
): Promise<TextbookResult> {
  const { downscale } = models.autoencoder;
  const { scene } = await prepareScene(request, readAsset, { pack: framePack, downscale });
  const { inputs, latentSize } = await encodeScene(models, scene, noStore);
  return textbookPnpMix(
    { unet: models.unet, schedule: models.schedule, downscale, latentSize },
    inputs,
    methodParameters(request.parameters),
  );
}
