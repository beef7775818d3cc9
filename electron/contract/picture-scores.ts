/** The scores of a picture, by name, and how they are stored. docs/evaluation.md describes every score. */
import * as z from 'zod';

/** Every score in the order of tables: its heading, what is better, its digits, and the instrument that it needs. */
export const SCORES = {
  tclip: { title: 'TCLIP', better: 'higher', digits: 4, needs: 'clip' },
  iclip: { title: 'ICLIP', better: 'higher', digits: 4, needs: 'clip' },
  iclipMasked: { title: 'ICLIP, masked', better: 'higher', digits: 4, needs: 'clip' },
  idino: { title: 'IDINO', better: 'higher', digits: 4, needs: 'dinov2' },
  idinoMasked: { title: 'IDINO, masked', better: 'higher', digits: 4, needs: 'dinov2' },
  appearance: { title: 'appearance', better: 'higher', digits: 4, needs: 'appearance' },
  backgroundPsnr: { title: 'background PSNR (dB)', better: 'higher', digits: 2, needs: null },
  backgroundSsim: { title: 'background SSIM', better: 'higher', digits: 4, needs: null },
  backgroundDistance: { title: 'background distance', better: 'lower', digits: 4, needs: 'dinov2' },
  foregroundDistance: { title: 'foreground distance', better: 'lower', digits: 4, needs: 'dinov2' },
  leakage: { title: 'leak', better: 'lower', digits: 4, needs: null },
  ring: { title: 'ring ΔE', better: 'lower', digits: 2, needs: null },
} as const satisfies Record<
  string,
  { title: string; better: 'higher' | 'lower'; digits: number; needs: InstrumentId | null }
>;
export type ScoreName = keyof typeof SCORES;
export type PictureScores = Readonly<Record<ScoreName, number | null>>;

export const SCORE_NAMES = Object.keys(SCORES) as ScoreName[];

/** Scores that every concept has by itself. */
export const CONCEPT_SCORE_NAMES = [
  'iclip',
  'iclipMasked',
  'idino',
  'idinoMasked',
  'appearance',
  'foregroundDistance',
] as const satisfies readonly ScoreName[];
export type ConceptScoreName = (typeof CONCEPT_SCORE_NAMES)[number];

/** Increment when a score changes its meaning: stored scores are then recomputed. */
export const SCORES_VERSION = 1;

/** CLIP, DINOv2, and a pack's own classifier. Distances are measured with CLIP where DINOv2 is missing. */
export const INSTRUMENT_IDS = ['clip', 'dinov2', 'appearance'] as const;
export type InstrumentId = (typeof INSTRUMENT_IDS)[number];

export const instrumentSchema = z.strictObject({
  id: z.enum(INSTRUMENT_IDS),
  name: z.string().max(200).describe('For the user, such as "CLIPModel from text-similarity".'),
  fingerprint: z
    .string()
    .max(64)
    .describe('SHA-256 of what defines its values: scores of different ones do not compare.'),
});
export type InstrumentFacts = z.infer<typeof instrumentSchema>;

/** Folders of encoders as transformers saves them; null: not installed. */
export const encoderFoldersSchema = z.strictObject({
  clip: z.string().min(1).nullable(),
  dinov2: z.string().min(1).nullable(),
});
export type EncoderFolders = z.infer<typeof encoderFoldersSchema>;

const valuesSchema = z
  .record(z.string().max(40), z.number().nullable())
  .describe('By name; null where the instrument or a reference is missing.');

/** The scores of a render. */
export const renderScoresSchema = z.strictObject({
  version: z.int().positive().describe('Scores of different versions do not compare.'),
  instruments: z.array(instrumentSchema).max(INSTRUMENT_IDS.length),
  values: valuesSchema,
  concepts: z
    .array(z.strictObject({ name: z.string(), values: valuesSchema }))
    .describe('Of each concept by itself, in the request’s order.'),
});
export type RenderScores = z.infer<typeof renderScoresSchema>;

/** Whether two pictures were scored in the same way, so that their scores compare. */
export function areComparable(a: Pick<RenderScores, 'version' | 'instruments'>, b: typeof a): boolean {
  const keyOf = ({ version, instruments }: typeof a) =>
    [version, ...instruments.map(({ id, fingerprint }) => `${id} ${fingerprint}`).sort()].join();
  return keyOf(a) === keyOf(b);
}
