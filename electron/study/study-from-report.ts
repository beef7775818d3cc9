/** A study from the pictures of `evaluate --protocol`: one trial per set and seed, one candidate per method. */
import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as z from 'zod';
import { StudioError } from '../contract/errors.ts';
import { writeFileAtomically } from '../foundation/files/atomic-write.ts';
import { writing } from '../foundation/files/file-errors.ts';
import { readJsonFile } from '../foundation/files/read-json.ts';
import { validate } from '../foundation/validate.ts';
import { readStudyPicture } from './study-file.ts';

const pathSchema = z.string().min(1);

/** The part of report.json that a study needs. */
const reportSchema = z.object({
  name: z.string(),
  methods: z.array(z.object({ id: z.string(), title: z.string(), kind: z.string() })),
  scenes: z.array(
    z.object({
      set: z.string(),
      seed: z.int(),
      prompt: z.string(),
      concepts: z.array(z.object({ file: pathSchema })),
    }),
  ),
  pictures: z.array(z.object({ set: z.string(), seed: z.int(), method: z.string(), file: pathSchema })),
});
type Report = z.infer<typeof reportSchema>;

/** Candidates of the paper's questionnaire. */
const CANDIDATES = 4;

/** What participants agree to, until the study file says it better. */
const CONSENT =
  'You will see pages with a sentence, pictures of things, and pictures that should show these things as the sentence ' +
  'says. Please rate each of the latter.\n\nTaking part is voluntary, and you can stop at any time by closing the page. ' +
  'Only your ratings are stored, and nothing about you.';

/**
 * Writes study.json and its pictures.
 *
 * @param reportFolder of a protocol
 * @param chosen ids of two to eight methods; by default up to four: other methods' folders, then baselines, then (e)
 * @throws StudioError STUDY_INVALID when there is no report, an unknown method, or no picture that all methods have;
 *   OUTPUT_UNWRITABLE
 */
export async function writeStudyFromReport(
  reportFolder: string,
  chosen: readonly string[] | undefined,
  folder: string,
): Promise<void> {
  const path = join(reportFolder, 'report.json');
  const content = await readJsonFile(path, path, { missing: 'STUDY_INVALID', invalid: 'STUDY_INVALID' });
  const report = validate(reportSchema, content, 'STUDY_INVALID', `${path} is no report of a protocol`);
  const methods = chosen ?? usualMethods(report);
  const titles = methods.map((id) => {
    const title = report.methods.find((method) => method.id === id)?.title;
    // Methods are told apart by their titles in the study.
    const isShared = report.methods.filter((method) => method.title === title).length > 1;
    if (title !== undefined) return isShared ? `${title} (${id})` : title;
    const known = report.methods.map((method) => method.id).join(', ');
    throw new StudioError('STUDY_INVALID', `${path} has no method "${id}"; it has ${known}.`);
  });
  const trials = [];
  const files = new Set<string>();
  const keep = (file: string) => {
    files.add(file);
    return basename(file);
  };
  for (const { set, seed, prompt, concepts } of report.scenes) {
    const own = methods.map((method) =>
      report.pictures.find((one) => one.set === set && one.seed === seed && one.method === method),
    );
    if (own.some((picture) => picture === undefined)) continue;
    trials.push({
      id: `${set}-${seed}`,
      prompt,
      references: concepts.map(({ file }) => keep(file)),
      candidates: Object.fromEntries(own.map((picture, index) => [titles[index]!, keep(picture!.file)])),
    });
  }
  if (trials.length === 0) {
    throw new StudioError(
      'STUDY_INVALID',
      `${path} has no set of which all of ${methods.join(', ')} made a picture.`,
    );
  }
  await writing(folder, () => mkdir(folder, { recursive: true }), 'OUTPUT_UNWRITABLE');
  const write = (name: string, bytes: string | Uint8Array) =>
    writeFileAtomically(join(folder, name), bytes, { unwritable: 'OUTPUT_UNWRITABLE' });
  // Named by hashes, which say nothing about the methods.
  for (const file of files) await write(basename(file), await readStudyPicture(reportFolder, file));
  const study = { version: 1, title: report.name, consent: CONSENT, trials };
  await write('study.json', `${JSON.stringify(study, null, 2)}\n`);
}

function usualMethods({ methods }: Report): readonly string[] {
  const of = (kind: string) => methods.filter((method) => method.kind === kind).map(({ id }) => id);
  const others = [...of('folder'), ...of('baseline').toReversed()].slice(0, CANDIDATES - 1);
  const own = ['e', 'recommended'].find((id) => methods.some((method) => method.id === id));
  return own === undefined ? others : [...others, own];
}
