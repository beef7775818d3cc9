/**
 * The autoencoder's reconstructions of the input pictures, and the default strength of concepts
 * (docs/decisions/0158).
 */
import { type Notice, notice } from '../../contract/notices.ts';
import type { RenderRequest } from '../../contract/render-request.ts';
import { throwIfCancelled } from '../../pipeline/batching.ts';
import type { DecodedComposition, TensorStore } from '../../pipeline/compose.ts';
import { autoencoderPsnrDb, defaultStrength } from '../../pipeline/detail/default-strength.ts';
import type { Autoencoder, CancelSignal } from '../../pipeline/ports.ts';
import type { Tensor } from '../../pipeline/tensor/tensor.ts';
import type { Reconstructions } from './detail-sources.ts';
import type { PreparedScene } from './scene-assets.ts';

export interface KeptPictures {
  /** 0..1 for each concept. */
  readonly strengths: readonly number[];
  /** undefined if every strength is 1 and no detail is restored. */
  readonly reconstructions: Reconstructions | undefined;
  readonly notices: readonly Notice[];
}

/**
 * @param store for reconstructions
 * @throws PipelineError CANCELLED
 */
export async function keepPictures(
  autoencoder: Autoencoder,
  {
    request,
    prepared,
    composition,
  }: {
    readonly request: RenderRequest;
    readonly prepared: PreparedScene;
    readonly composition: DecodedComposition;
  },
  store: TensorStore,
  signal?: CancelSignal,
): Promise<KeptPictures> {
  const { concepts } = request.scene;
  const { detail } = request.parameters;
  const isAsked = concepts.some(
    ({ mode, strength }) => strength !== 1 && (strength !== null || mode === 'place'),
  );
  if (!isAsked && detail === 0) {
    return { strengths: concepts.map(() => 1), reconstructions: undefined, notices: [] };
  }
  const { scene, memo } = prepared;
  const reconstruct = (contentHash: string, latents: Tensor): Promise<Tensor> => {
    const key = ['reconstruction', contentHash];
    return memo.get(
      key,
      ({ data }) => data.byteLength,
      async () => {
        const [known] = (await store.load(JSON.stringify(key))) ?? [];
        if (known) return known;
        throwIfCancelled(signal);
        const reconstruction = await autoencoder.decode(latents);
        await store.save(JSON.stringify(key), [reconstruction]);
        return reconstruction;
      },
    );
  };
  const { inputs } = composition;
  const staged = await reconstruct(scene.background.contentHash, inputs.background.latents);
  const notices: Notice[] = [];
  const strengths = concepts.map(({ name, mode, strength }) => {
    if (strength !== null) return strength;
    if (mode === 'replace') return 1;
    const keptDb = autoencoderPsnrDb(scene.background.pixels, staged);
    const chosen = defaultStrength(keptDb);
    if (chosen < 1) {
      notices.push(
        notice('STRENGTH_LOWERED', { name, psnrDb: keptDb.toFixed(1), strength: chosen.toFixed(2) }),
      );
    }
    return chosen;
  });
  const ofConcepts: (Tensor | undefined)[] = [];
  for (const [index, { mode }] of concepts.entries()) {
    const isNeeded = mode === 'replace' && (detail > 0 || strengths[index]! < 1);
    const { contentHash } = scene.concepts[index]!.image;
    ofConcepts.push(isNeeded ? await reconstruct(contentHash, inputs.concepts[index]!.latents) : undefined);
  }
  return { strengths, reconstructions: { staged, concepts: ofConcepts }, notices };
}
