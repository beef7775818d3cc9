/** The model files that a scene names for itself: by content, since every computer has them in other folders. */
import * as z from 'zod';
import { assetIdSchema, type RenderRequest } from './render-request.ts';

/** A model file by its content; a diffusers folder by the names and contents of its weight files. */
export const modelFileSchema = z.strictObject({
  name: z.string().min(1).max(255).describe('Without a folder or ".safetensors".'),
  sha256: assetIdSchema,
});
export type ModelFile = z.infer<typeof modelFileSchema>;

export const MAX_LORAS = 16;

/** A scene’s own models. */
export const modelChoiceSchema = z
  .strictObject({
    checkpoint: modelFileSchema
      .nullable()
      .describe('A single-file checkpoint or diffusers folder; null: the pack of the settings.'),
    vae: modelFileSchema.nullable().describe('Replaces the autoencoder of the checkpoint or pack.'),
    loras: z.array(modelFileSchema.extend({ weight: z.number().min(-5).max(5) })).max(MAX_LORAS),
  })
  .refine(({ loras }) => new Set(loras.map(({ sha256 }) => sha256)).size === loras.length, {
    error: 'two LoRAs have the same content',
    path: ['loras'],
  });
export type ModelChoice = z.infer<typeof modelChoiceSchema>;

export const NO_CHOICE: ModelChoice = { checkpoint: null, vae: null, loras: [] };

/** Version of models without a manifest. */
export const UNVERSIONED = 'unversioned';

/** Whether a scene names nothing: the pack of the settings renders it unchanged. */
export function isPlainChoice(choice: ModelChoice | undefined): boolean {
  return (
    choice === undefined || (choice.checkpoint === null && choice.vae === null && choice.loras.length === 0)
  );
}

/**
 * A request’s model, as far as the choice says.
 *
 * @param pack of the settings
 */
export function packOfChoice(
  choice: ModelChoice | undefined,
  pack: Pick<RenderRequest['pack'], 'id' | 'version' | 'weights'>,
): RenderRequest['pack'] {
  const { checkpoint, vae, loras } = choice ?? NO_CHOICE;
  const { id, version, weights } = pack;
  return {
    ...(checkpoint === null
      ? { id, version, weights }
      : { id: checkpoint.name, version: UNVERSIONED, weights: checkpoint.sha256 }),
    ...(vae !== null && { vae }),
    ...(loras.length > 0 && { loras }),
  };
}

/** The choice that renders a request again; undefined for a pack without changes. */
export function choiceOfPack(pack: RenderRequest['pack']): ModelChoice | undefined {
  const { id, version, weights, vae = null, loras = [] } = pack;
  const checkpoint = version === UNVERSIONED ? { name: id, sha256: weights } : null;
  const choice = {
    checkpoint,
    vae: vae && { ...vae, name: withoutExtension(vae.name) },
    loras: loras.slice(0, MAX_LORAS),
  };
  return isPlainChoice(choice) ? undefined : choice;
}

/** A file’s name as choices have it. */
export function withoutExtension(name: string): string {
  return name.replace(/\.safetensors$/i, '');
}
