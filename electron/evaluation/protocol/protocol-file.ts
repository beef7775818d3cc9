/** The protocol file: what `evaluate --protocol` composes and measures (docs/evaluation.md). */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import * as z from 'zod';
import { readSceneJson } from '../../app/scenes/scene-folder.ts';
import { StudioError } from '../../contract/errors.ts';
import { alphaSchema, renderParametersSchema } from '../../contract/parameters.ts';
import { MAX_CONCEPTS } from '../../contract/scene-file.ts';
import { readJsonFile } from '../../foundation/files/read-json.ts';
import { validate } from '../../foundation/validate.ts';
import { readCustomConcept101 } from './custom-concept-101.ts';

const idSchema = z
  .string()
  .regex(/^[\p{L}\p{N}][\p{L}\p{N}_.-]{0,99}$/u, 'an id has letters, digits, ".", "_" and "-" only');
const seedSchema = z.int().min(0).max(0xffff_ffff);
/** Most seeds of a protocol. */
const MAX_SEEDS = 1000;
const promptSchema = z.string().trim().min(1).max(2000);
const pathSchema = z.string().min(1);

const writtenSetSchema = z.strictObject({
  id: idSchema,
  prompt: promptSchema.describe('What the whole picture shows; TCLIP is measured against it.'),
  inpaintPrompt: z.string().max(2000).default('').describe('The same without the concepts.'),
  concepts: z
    .array(
      z.strictObject({
        name: z.string().trim().min(1).max(100),
        phrase: z.string().trim().min(1).max(200).describe('What to look for in the background.'),
        prompt: promptSchema.describe('What the concept image shows.'),
        image: pathSchema.describe('The concept image, relative to the protocol.'),
        subject: pathSchema.optional().describe('Mask of the subject in it.'),
      }),
    )
    .min(1)
    .max(MAX_CONCEPTS),
});

const sceneSetSchema = z.strictObject({
  id: idSchema,
  scene: pathSchema.describe('A scene file, complete or with pictures to generate (docs/scene-file.md).'),
});

const customConceptSchema = z.strictObject({
  folder: pathSchema.describe('Where Custom Concept 101 was unpacked.'),
  dataset: pathSchema
    .default('dataset_multiconcept.json')
    .describe('dataset.json (one concept each) or dataset_multiconcept.json.'),
  promptsPerEntry: z.int().min(1).max(100).default(1),
  entries: z.int().min(1).optional().describe('Only this many entries, spread evenly; all by default.'),
});

export const ROWS = ['a', 'b', 'c', 'd', 'e'] as const;
export const BASELINES = ['background', 'paste', 'poisson'] as const;
export type BaselineName = (typeof BASELINES)[number];

export const protocolSchema = z
  .strictObject({
    version: z.literal(1),
    name: z.string().trim().min(1).max(200),
    description: z.string().max(4000).default(''),
    pack: z
      .string()
      .trim()
      .min(1)
      .optional()
      .describe('Name of a pack, or a folder relative to the protocol.'),
    seeds: z
      .union([
        z
          .int()
          .min(1)
          .max(MAX_SEEDS)
          .transform((count) => Array.from({ length: count }, (_, seed) => seed)),
        z.array(seedSchema).min(1).max(MAX_SEEDS),
      ])
      .describe('One picture per set, seed and method; a number: that many seeds, from 0.'),
    rows: z
      .array(z.enum(ROWS))
      .default([...ROWS])
      .describe('Rows of the paper’s ablation; e is the whole method.'),
    recommended: z.boolean().default(true).describe('Also the method as the pack recommends it.'),
    baselines: z.array(z.enum(BASELINES)).default([...BASELINES]),
    parameters: renderParametersSchema
      .partial()
      .default({})
      .describe('For every row and the grid, over the pack’s recommendation.'),
    grid: z
      .strictObject({
        alpha: z.array(alphaSchema).min(1),
        beta: z.array(renderParametersSchema.shape.beta).min(1),
        sets: z.array(idSchema).min(1).optional().describe('All by default.'),
        seeds: z.array(seedSchema).min(1).optional().describe('All of the protocol’s by default.'),
      })
      .optional()
      .describe('Figure 4.5: every alpha with every beta.'),
    tries: z
      .int()
      .min(1)
      .max(100)
      .default(4)
      .describe('Backgrounds generated for a set and seed until every phrase is found in one.'),
    sets: z.array(z.union([writtenSetSchema, sceneSetSchema])).default([]),
    customConcept101: customConceptSchema.optional(),
  })
  .refine(({ sets, customConcept101 }) => sets.length > 0 || customConcept101 !== undefined, {
    error: 'a protocol needs sets, or customConcept101',
    path: ['sets'],
  })
  .refine(({ rows, recommended, grid }) => rows.length > 0 || recommended || grid !== undefined, {
    error: 'a protocol needs rows, "recommended" or a grid',
    path: ['rows'],
  })
  .refine(({ sets }) => new Set(sets.map(({ id }) => id)).size === sets.length, {
    error: 'two sets have the same id',
    path: ['sets'],
  });

export type ProtocolFile = z.output<typeof protocolSchema>;
export type WrittenSet = z.output<typeof writtenSetSchema>;

/** A set whose scene is known but for its seed. */
export interface ProtocolSet {
  readonly id: string;
  /** Base of the scene's relative paths. */
  readonly planPath: string;
  /** Contents of a scene file, complete or a plan. */
  readonly content: Readonly<Record<string, unknown>>;
}

export interface Protocol extends Omit<ProtocolFile, 'sets' | 'customConcept101' | 'pack'> {
  /** Name or folder; undefined: the one that the command names. */
  readonly pack: string | undefined;
  readonly path: string;
  readonly sets: readonly ProtocolSet[];
}

/**
 * Reads a protocol and the scenes or data set that it names.
 *
 * @throws StudioError PROTOCOL_INVALID naming every field at fault; SCENE_MISSING, SCENE_INVALID
 */
export async function readProtocol(path: string): Promise<Protocol> {
  const content = await readJsonFile(path, `The protocol ${path}`, {
    missing: 'PROTOCOL_INVALID',
    invalid: 'PROTOCOL_INVALID',
  });
  const problem = `${path} does not follow the format of docs/evaluation.md`;
  const {
    sets: written,
    customConcept101,
    pack,
    ...rest
  } = validate(protocolSchema, content, 'PROTOCOL_INVALID', problem);
  const sets: ProtocolSet[] = [];
  for (const set of written) {
    if ('scene' in set) {
      const scenePath = resolve(dirname(path), set.scene);
      const scene = (await readSceneJson(scenePath)) as Record<string, unknown>;
      sets.push({ id: set.id, planPath: scenePath, content: scene });
    } else {
      sets.push({ id: set.id, planPath: path, content: planOf(set) });
    }
  }
  if (customConcept101 !== undefined) {
    const folder = resolve(dirname(path), customConcept101.folder);
    const found = await readCustomConcept101(folder, customConcept101);
    const planPath = join(folder, customConcept101.dataset);
    sets.push(...found.map((set) => ({ id: set.id, planPath, content: planOf(set) })));
  }
  const known = new Set(sets.map(({ id }) => id));
  const unknown = (rest.grid?.sets ?? []).filter((id) => !known.has(id));
  if (unknown.length > 0) {
    throw new StudioError(
      'PROTOCOL_INVALID',
      `${path}: the grid names sets that are not there: ${unknown.join(', ')}.`,
    );
  }
  const packPath = pack && resolve(dirname(path), pack);
  return { ...rest, path, pack: packPath && existsSync(packPath) ? packPath : pack, sets };
}

/** The scene of a set: background from its prompt, masks by phrases, the objects removed. */
function planOf({ id, prompt, inpaintPrompt, concepts }: Omit<WrittenSet, 'id'> & { readonly id: string }) {
  return {
    version: 2,
    name: id,
    prompt,
    inpaintPrompt,
    background: { seed: 0 },
    inpainted: {},
    frame: 'whole',
    concepts: concepts.map(({ name, phrase, prompt: shown, image, subject }, index) => ({
      name,
      prompt: shown,
      image,
      ...(subject !== undefined && { subject }),
      mask: { phrase },
      order: index + 1,
    })),
  };
}

/** The scene's content for one seed: of the background, where it is generated, and of the render. */
export function contentForSeed(
  { content }: ProtocolSet,
  seed: number,
  attempt: number,
): Readonly<Record<string, unknown>> {
  const { background, parameters } = content;
  const isPlan = typeof background === 'object' && background !== null;
  return {
    ...content,
    // Far apart, so that a further try of one seed is not the first of another.
    ...(isPlan && { background: { ...background, seed: (seed + attempt * 10_000_019) % 0x1_0000_0000 } }),
    parameters: { ...(parameters as object | undefined), seed },
  };
}
