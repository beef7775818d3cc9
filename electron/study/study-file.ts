/** The study file: what participants of `pnpmix study` rate (docs/evaluation.md). */
import { createHash } from 'node:crypto';
import { join, resolve, sep } from 'node:path';
import * as z from 'zod';
import { StudioError } from '../contract/errors.ts';
import { FileReadError, MAX_PICTURE_FILE_BYTES, readRegularFile } from '../foundation/files/read-file.ts';
import { readJsonFile } from '../foundation/files/read-json.ts';
import { requirePictureFormat } from '../foundation/pictures/picture-format.ts';
import { validate } from '../foundation/validate.ts';

const nameSchema = z.string().trim().min(1).max(100);
const fileSchema = z.string().min(1).max(1000);

/** The paper's criteria. */
const CRITERIA = ['text match', 'concept match', 'realism'];

const trialSchema = z.strictObject({
  id: z
    .string()
    .regex(/^[\p{L}\p{N}][\p{L}\p{N}_.-]{0,99}$/u, 'an id has letters, digits, ".", "_" and "-" only'),
  prompt: z.string().trim().min(1).max(2000),
  references: z.array(fileSchema).min(1).max(8).describe('Pictures of the concepts.'),
  candidates: z.record(nameSchema, fileSchema).describe('One picture per method.'),
});

const studySchema = z
  .strictObject({
    version: z.literal(1),
    title: z.string().trim().min(1).max(200),
    consent: z.string().trim().min(1).max(8000).describe('Shown first; participants agree to it.'),
    criteria: z.array(nameSchema).min(1).max(6).default(CRITERIA),
    trialsPerParticipant: z.int().min(1).max(500).default(32),
    attentionChecks: z
      .int()
      .min(0)
      .max(20)
      .default(2)
      .describe('Trials among the others that ask for a certain rating of every picture.'),
    trials: z.array(trialSchema).min(1).max(2000),
  })
  .refine(({ trials }) => new Set(trials.map(({ id }) => id)).size === trials.length, {
    error: 'two trials have the same id',
    path: ['trials'],
  })
  .refine(
    ({ trials }) =>
      new Set(trials.map(({ candidates }) => JSON.stringify(Object.keys(candidates).sort()))).size === 1,
    { error: 'all trials need candidates of the same methods', path: ['trials'] },
  )
  .refine(({ trials }) => between(Object.keys(trials[0]?.candidates ?? {}).length, 2, 8), {
    error: 'a trial has two to eight candidates; the paper’s has four',
    path: ['trials'],
  })
  .refine(({ criteria }) => new Set(criteria).size === criteria.length, {
    error: 'two criteria have the same name',
    path: ['criteria'],
  });

function between(value: number, low: number, high: number): boolean {
  return value >= low && value <= high;
}

export interface Study extends z.output<typeof studySchema> {
  readonly folder: string;
  /** In alphabetical order. */
  readonly methods: readonly string[];
  /** SHA-256 of what is asked: ratings of another study are not mixed with these. */
  readonly fingerprint: string;
}

/**
 * Reads FOLDER/study.json and checks that its pictures are there.
 *
 * @throws StudioError STUDY_INVALID naming every field or file at fault
 */
export async function readStudy(folder: string): Promise<Study> {
  const path = join(folder, 'study.json');
  const content = await readJsonFile(path, path, { missing: 'STUDY_INVALID', invalid: 'STUDY_INVALID' });
  const problem = `${path} does not follow the format of docs/evaluation.md`;
  const study = validate(studySchema, content, 'STUDY_INVALID', problem);
  for (const { references, candidates } of study.trials) {
    for (const file of [...references, ...Object.values(candidates)]) await readStudyPicture(folder, file);
  }
  const { criteria, trials, trialsPerParticipant, attentionChecks } = study;
  const asked = JSON.stringify({ criteria, trials, trialsPerParticipant, attentionChecks });
  return {
    ...study,
    folder,
    methods: Object.keys(trials[0]!.candidates).sort(),
    fingerprint: createHash('sha256').update(asked).digest('hex'),
  };
}

/** @throws StudioError STUDY_INVALID for a file that is missing, no picture, or outside of the study's folder */
export async function readStudyPicture(folder: string, file: string): Promise<Uint8Array> {
  const path = resolve(folder, file);
  if (!path.startsWith(resolve(folder) + sep)) {
    throw new StudioError('STUDY_INVALID', `The picture ${file} is not in the study’s folder ${folder}.`);
  }
  try {
    const bytes = await readRegularFile(path, MAX_PICTURE_FILE_BYTES);
    requirePictureFormat(bytes, path);
    return bytes;
  } catch (cause) {
    if (cause instanceof FileReadError) {
      throw new StudioError('STUDY_INVALID', `The picture ${path} ${cause.message}.`, { cause });
    }
    if (!(cause instanceof StudioError)) throw cause;
    throw new StudioError('STUDY_INVALID', cause.message, { cause });
  }
}
