/**
 * Text to image: are the prompted subjects and the place in the picture? The prompts pair subjects that training
 * never showed together (native-models/training/build_prompts.py).
 *
 * A subject counts as found if the pack's detector finds its name and the classifier, without knowing the prompt,
 * recognises that subject in the detected area. Extra is one that both see and the prompt does not name, or a second one
 * of a kind.
 */
import { join } from 'node:path';
import * as z from 'zod';
import { StudioError } from '../contract/errors.ts';
import { readJsonFileIfPresent } from '../foundation/files/read-json.ts';
import { mean } from '../inference/scoring/image-metrics.ts';
import { evenly } from './evaluation-scenes.ts';
import { type EvaluationContext, type Metric, type MetricResult, stopIfCancelled } from './metric.ts';
import { hasExtra, isFound, seeSubjects } from './recognised-subjects.ts';
import { percent, textTable } from './text-table.ts';

/** This project's goals for the starter pack. */
const aims = { subjects: 0.85, places: 0.95 } as const;

const promptsSchema = z
  .array(
    z.strictObject({
      prompt: z.string().min(1),
      /** In the classifier's vocabulary. */
      classes: z.array(z.string()).min(1),
      place: z.string(),
      seed: z.int().min(0).max(0xffff_ffff),
    }),
  )
  .min(1);
type Prompt = z.infer<typeof promptsSchema>[number];

/** The result for one picture. */
interface Seen {
  readonly prompt: Prompt;
  /** For each class of the prompt, whether it was found in the offered picture. */
  readonly found: readonly boolean[];
  /** The same for the picture of the prompt's own seed. */
  readonly foundFirst: readonly boolean[];
  readonly hasExtra: boolean;
  readonly placeFound: boolean;
}

export const promptMetric: Metric = { name: 'prompts', title: 'Prompts', run: measurePrompts };

async function measurePrompts(context: EvaluationContext): Promise<MetricResult> {
  const { engine, onProgress } = context;
  const { capabilities } = engine.preparation;
  const prompts = await loadPrompts(engine.pack.folder);
  if (prompts === undefined || !capabilities.findMask || !capabilities.generateBackgrounds) {
    return {
      report: { promptAccuracy: null },
      lines: ['Text to image: not measured; it needs a pack with prompts, a detector and text to image.'],
    };
  }
  const taken = evenly(prompts, context.sceneLimit ?? prompts.length);
  const seen: Seen[] = [];
  for (const [index, prompt] of taken.entries()) {
    seen.push(await drawAndClassify(prompt, context));
    onProgress(index + 1, taken.length);
  }
  const share = (values: readonly boolean[]) => mean(values.map(Number));
  const allFound = share(seen.map(({ found }) => found.every(Boolean)));
  const firstDraw = share(seen.map(({ foundFirst }) => foundFirst.every(Boolean)));
  const extraFound = share(seen.map(({ hasExtra }) => hasExtra));
  const placeFound = share(seen.map((one) => one.placeFound));
  const classes = [...new Set(taken.flatMap((prompt) => prompt.classes))].sort();
  const byClass = Object.fromEntries(
    classes.map((name) => {
      const ofClass = seen.flatMap(({ prompt, found }) =>
        found.filter((_, index) => prompt.classes[index] === name),
      );
      return [name, { pictures: ofClass.length, found: share(ofClass) }] as const;
    }),
  );
  return {
    report: {
      promptAccuracy: { pictures: seen.length, allFound, firstDraw, extraFound, placeFound, byClass },
    },
    lines: [
      `Text to image, ${seen.length} pictures of subjects that training never showed together: all subjects found in ` +
        `${percent(allFound)} (aim ${percent(aims.subjects)}; in the first draws ${percent(firstDraw)}), the place in ` +
        `${percent(placeFound)} (aim ${percent(aims.places)}); extra subjects in ${percent(extraFound)}`,
      ...textTable([
        ['', 'pictures', 'found'],
        ...classes.map((name) => [name, String(byClass[name]!.pictures), percent(byClass[name]!.found)]),
      ]),
    ],
  };
}

async function drawAndClassify(prompt: Prompt, context: EvaluationContext): Promise<Seen> {
  const { engine, classifier, signal } = context;
  const draw = async (change: { readonly retries?: number }) => {
    stopIfCancelled(signal);
    const request = { prompt: prompt.prompt, negativePrompt: '', seed: prompt.seed, ...change };
    const { candidates } = await engine.preparation.generateBackgrounds(request, { signal });
    return candidates[0]!;
  };
  const offered = await draw({});
  const seen = await seeSubjects(offered.image, classifier.classes, context);
  const found = prompt.classes.map((name) => isFound(seen, name));
  let foundFirst = found;
  if (offered.seed !== prompt.seed) {
    const first = await seeSubjects((await draw({ retries: 0 })).image, prompt.classes, context);
    foundFirst = prompt.classes.map((name) => isFound(first, name));
  }
  return {
    prompt,
    found,
    foundFirst,
    hasExtra: hasExtra(seen, prompt.classes),
    placeFound: (await classifier.classifyPlace(offered.image)).name === prompt.place,
  };
}

/** @throws StudioError PACK_INCOMPLETE for an invalid file */
export async function loadPrompts(packFolder: string): Promise<readonly Prompt[] | undefined> {
  const path = join(packFolder, 'evaluation', 'prompts.json');
  const content = await readJsonFileIfPresent(path, path, {
    missing: 'PACK_INCOMPLETE',
    invalid: 'PACK_INCOMPLETE',
  });
  // Prompts are optional; without them the report states that nothing was measured.
  if (content === undefined) return undefined;
  try {
    return promptsSchema.parse(content);
  } catch (cause) {
    throw new StudioError('PACK_INCOMPLETE', `${path} is not a valid list of prompts.`, { cause });
  }
}
