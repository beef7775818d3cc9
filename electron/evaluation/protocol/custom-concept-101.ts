/**
 * Custom Concept 101 (Kumari et al., Custom Diffusion) in its own layout: dataset.json is a list of concepts;
 * dataset_multiconcept.json a list of lists of concepts, each closed by an object that names the prompts. Prompt files
 * have a prompt a line, with {} or {0} {1} for the concepts.
 */
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as z from 'zod';
import { StudioError } from '../../contract/errors.ts';
import { FileReadError, readRegularFile } from '../../foundation/files/read-file.ts';
import { readJsonFile } from '../../foundation/files/read-json.ts';
import { validate } from '../../foundation/validate.ts';
import { evenly } from '../evaluation-scenes.ts';

const conceptSchema = z.object({
  instance_prompt: z.string().min(1),
  class_prompt: z.string().min(1),
  instance_data_dir: z.string().min(1),
  class_data_dir: z.string().optional(),
  prompt_filename: z.string().min(1).optional(),
});
type Concept = z.infer<typeof conceptSchema>;

const compositionSchema = z
  .tuple([conceptSchema], z.union([conceptSchema, z.object({ prompt_filename_compose: z.string().min(1) })]))
  .refine((items) => 'prompt_filename_compose' in items.at(-1)!, {
    error: 'a composition ends with an object with prompt_filename_compose',
  });

const datasetSchema = z.array(z.union([conceptSchema, compositionSchema])).min(1);

/** Most bytes of a prompt file. */
const MAX_PROMPT_BYTES = 1_000_000;
const PICTURE = /\.(png|jpe?g|webp)$/i;

export interface CustomConceptChoice {
  readonly dataset: string;
  readonly promptsPerEntry: number;
  readonly entries?: number | undefined;
}

/**
 * Reads the data set as sets of a protocol. Of every concept the first picture, by name, is the concept image, since
 * the method takes one; what is looked for in the background is the class prompt.
 *
 * @throws StudioError PROTOCOL_INVALID naming the file and what is missing
 */
export async function readCustomConcept101(
  folder: string,
  { dataset, promptsPerEntry, entries }: CustomConceptChoice,
) {
  const path = join(folder, dataset);
  const content = await readJsonFile(path, path, {
    missing: 'PROTOCOL_INVALID',
    invalid: 'PROTOCOL_INVALID',
  });
  const problem = `${path} is not a list of Custom Concept 101`;
  const listed = validate(datasetSchema, content, 'PROTOCOL_INVALID', problem);
  const sets = [];
  const chosen = entries === undefined ? listed : evenly(listed, entries);
  for (const [index, entry] of chosen.entries()) {
    const items: readonly (Concept | { prompt_filename_compose: string })[] = Array.isArray(entry)
      ? entry
      : [entry];
    const concepts = items.filter((item) => 'instance_prompt' in item);
    const last = items.at(-1)!;
    const promptFile =
      'prompt_filename_compose' in last ? last.prompt_filename_compose : last.prompt_filename;
    if (promptFile === undefined) {
      throw new StudioError('PROTOCOL_INVALID', `${path}: entry ${index + 1} names no prompt file.`);
    }
    const described = [];
    for (const concept of concepts) described.push(await describeConcept(folder, concept));
    const prompts = await readPrompts(join(folder, promptFile));
    for (const [line, template] of evenly(prompts, promptsPerEntry).entries()) {
      sets.push({
        id: `${described.map(({ id }) => id).join('+')}-${index + 1}-${line + 1}`.replaceAll('+', '_'),
        prompt: fillTemplate(
          template,
          described.map(({ phrase }) => phrase),
        ),
        inpaintPrompt: '',
        concepts: described.map(({ id, phrase, image }, at) => ({
          name: `${id} ${at + 1}`,
          phrase,
          prompt: `a photo of a ${phrase}`,
          image,
        })),
      });
    }
  }
  return sets;
}

async function describeConcept(folder: string, concept: Concept) {
  const pictures = (await readdir(join(folder, concept.instance_data_dir)).catch(() => []))
    .filter((name) => PICTURE.test(name))
    .sort();
  const [first] = pictures;
  if (first === undefined) {
    throw new StudioError('PROTOCOL_INVALID', `${join(folder, concept.instance_data_dir)} holds no picture.`);
  }
  return {
    id: basename(concept.instance_data_dir).replaceAll(/[^\p{L}\p{N}_.-]/gu, '_'),
    phrase: classOf(concept.class_prompt),
    image: join(concept.instance_data_dir, first),
  };
}

/** Class prompts are written as "cat", "photo of a cat" or "a cat". */
function classOf(text: string): string {
  return text.trim().replace(/^((a|an|the)\s+)?((photo|picture)\s+of\s+)?((a|an|the)\s+)?/i, '');
}

async function readPrompts(path: string): Promise<readonly string[]> {
  let text: string;
  try {
    text = new TextDecoder().decode(await readRegularFile(path, MAX_PROMPT_BYTES));
  } catch (cause) {
    if (!(cause instanceof FileReadError)) throw cause;
    throw new StudioError('PROTOCOL_INVALID', `The prompts ${path}: ${cause.message}.`, { cause });
  }
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (lines.length > 0) return lines;
  throw new StudioError('PROTOCOL_INVALID', `${path} has no prompts.`);
}

/** {0} is the first concept; every {} the next one. */
export function fillTemplate(template: string, concepts: readonly string[]): string {
  let next = 0;
  return template.replaceAll(/\{(\d*)\}/g, (_, number: string) => {
    const index = number === '' ? next++ : Number(number);
    const concept = concepts[index];
    if (concept !== undefined) return concept;
    throw new StudioError(
      'PROTOCOL_INVALID',
      `The prompt "${template}" names more concepts than the ${concepts.length} that it is for.`,
    );
  });
}
