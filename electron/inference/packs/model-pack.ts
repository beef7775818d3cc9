/**
 * A model pack: a diffusers checkpoint folder with a pack.json that lists its size, its files and its
 * recommendations. A folder without pack.json is accepted too: then its files are not known in advance, and the
 * picture size comes from the U-Net's configuration. So is a checkpoint of one file.
 */
import { stat } from 'node:fs/promises';
import { basename, join, parse, resolve } from 'node:path';
import { assertTextToImage, type Checkpoint, openCheckpoint } from '../../../native-models/graph/index.ts';
import { StudioError } from '../../contract/errors.ts';
import type { PackManifest } from '../../contract/pack-manifest.ts';
import type { RecommendedParameters } from '../../contract/parameters.ts';
import type { PackTextToImage } from '../../contract/preparation.ts';
import type { RenderRequest } from '../../contract/render-request.ts';
import type { Vocabulary } from '../../contract/vocabulary.ts';
import { readPackManifest } from '../../foundation/files/pack-manifest.ts';
import type { TokenizedPrompt } from '../../pipeline/processors/clip-tokenizer.ts';
import type { NoiseScheduleConfig } from '../../pipeline/schedulers/noise-schedule.ts';
import { inStudioTerms } from '../runtime/studio-errors.ts';
import { type OpenedEmbedding, openEmbeddings } from './embeddings.ts';
import { scheduleOfFamily } from './family-facts.ts';
import { applyModelChanges, type ModelChanges, type OpenedLora } from './model-changes.ts';
import { parseNoiseSchedule } from './noise-schedule-config.ts';
import { readJson } from './pack-files.ts';
import { openTokenizer, readingVocabulary } from './pack-tokenizer.ts';
import { trainedSize } from './trained-size.ts';
import { assertFiniteWeights, inspectWeights } from './weight-inspection.ts';
import { folderName, identityOfFolder, weightsFilesOf } from './weights-identity.ts';

/** For a checkpoint in a folder. */
export const SCHEDULE_FILE = 'scheduler/scheduler_config.json';

/** An opened pack: its files exist, its configuration is supported, its weights are finite. */
export interface ModelPack {
  /** Absolute path; of the file for a single-file checkpoint that was opened directly. */
  readonly folder: string;
  readonly name: string;
  /** The pack's identity in a render request. */
  readonly identity: RenderRequest['pack'];
  readonly licence: string | null;
  /** Size of the pictures that the pack is made for, in pixels; null for any. */
  readonly size: { readonly width: number; readonly height: number } | null;
  readonly recommended: RecommendedParameters;
  /** How to generate pictures from prompts, if the manifest says. */
  readonly textToImage: PackTextToImage | null;
  readonly schedule: NoiseScheduleConfig;
  /** Includes the changes it was opened with. */
  readonly checkpoint: Checkpoint;
  readonly loras: readonly OpenedLora[];
  /** All that prompts may name; those for other models too. */
  readonly embeddings: readonly OpenedEmbedding[];
  /** What it can draw; null if it reads any words. */
  readonly vocabulary: Vocabulary | null;
  /** Reads the words of other languages that the vocabulary translates, too. */
  readonly tokenize: (prompt: string) => TokenizedPrompt;
}

/** Options for opening a pack. */
export interface OpenPackOptions {
  /** Folder for the results of checking large files. */
  readonly cacheFolder: string;
  readonly changes?: ModelChanges;
  /** Files of textual-inversion embeddings. */
  readonly embeddings?: readonly string[] | undefined;
  /** For a model within a pack: the pack's. */
  readonly vocabulary?: Vocabulary | null;
  readonly signal?: AbortSignal;
  /** Called with the number of files checked and the total; several times for a file that takes long to read. */
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Opens and checks a pack: every file of the manifest by size, every weight file by SHA-256 and for values that
 * are not numbers, the configurations by their schemas.
 *
 * @throws StudioError PACK_UNKNOWN (no such folder), PACK_INVALID (pack.json), PACK_INCOMPLETE (a file missing or
 *   changed), MODEL_INVALID (a file damaged or not supported), CANCELLED
 */
export async function openModelPack(folder: string, options: OpenPackOptions): Promise<ModelPack> {
  const root = resolve(folder);
  const found = await stat(root).catch(() => undefined);
  if (found === undefined) throw new StudioError('PACK_UNKNOWN', `There is no model pack at ${folder}.`);
  const manifest = found.isDirectory() ? await readPackManifest(root) : undefined;
  for (const file of manifest?.files ?? []) await checkSize(root, file);
  const checkpoint = await inStudioTerms(() => openCheckpoint(root));
  // The weights come last, because they are gigabytes.
  await inStudioTerms(() => {
    const unet = checkpoint.components.get('unet');
    if (unet?.className === 'UNet2DConditionModel') assertTextToImage(unet.config);
  });
  const schedule = await readNoiseSchedule(root, checkpoint);
  const tokenize = await openTokenizer(root, checkpoint);
  const vocabulary = manifest?.vocabulary ?? options.vocabulary ?? null;
  const weights = await checkWeights(root, checkpoint, manifest, options);
  const changed = await applyModelChanges(checkpoint, options.changes ?? {}, async (file, path) => {
    const inspection = await inStudioTerms(() => inspectWeights(path, options.cacheFolder, options.signal));
    assertFiniteWeights(file, inspection);
    return inspection;
  });
  const name =
    checkpoint.singleFile === undefined ? folderName(root) : parse(checkpoint.singleFile.path).name;
  return {
    folder: root,
    name: manifest?.name ?? name,
    identity: {
      id: manifest?.id ?? name,
      version: manifest?.version ?? 'unversioned',
      weights,
      ...changed.identity,
    },
    licence: manifest?.licence ?? null,
    size:
      manifest ??
      trainedSize(checkpoint.components.get('unet')?.config, checkpoint.components.get('vae')?.config),
    recommended: manifest?.recommended ?? {},
    textToImage: manifest?.textToImage ?? null,
    schedule,
    checkpoint: changed.checkpoint,
    loras: changed.loras,
    embeddings: await openEmbeddings(options.embeddings ?? []),
    vocabulary,
    tokenize: readingVocabulary(tokenize, vocabulary),
  };
}

/**
 * The schedule that a checkpoint was trained with: from its own file, or its family's for a single file.
 *
 * @throws StudioError PACK_INCOMPLETE, MODEL_INVALID
 */
export async function readNoiseSchedule(
  root: string,
  { singleFile }: Checkpoint,
): Promise<NoiseScheduleConfig> {
  if (singleFile !== undefined) return parseNoiseSchedule(scheduleOfFamily(singleFile), basename(root));
  return parseNoiseSchedule(await readJson(join(root, SCHEDULE_FILE)), SCHEDULE_FILE);
}

async function checkSize(root: string, file: PackManifest['files'][number]): Promise<void> {
  const found = await stat(join(root, file.path)).catch(() => undefined);
  if (found === undefined) {
    throw new StudioError('PACK_INCOMPLETE', `The file ${file.path} of the pack at ${root} is missing.`);
  }
  if (found.size !== file.bytes) {
    throw new StudioError(
      'PACK_INCOMPLETE',
      `${file.path} of the pack at ${root} has ${found.size} bytes; its manifest says ${file.bytes}.`,
    );
  }
}

/** @returns SHA-256 over the names and hashes of all weight files; for a single file, its own */
async function checkWeights(
  root: string,
  checkpoint: Checkpoint,
  manifest: PackManifest | undefined,
  { cacheFolder, signal, onProgress }: OpenPackOptions,
): Promise<string> {
  const expected = new Map(manifest?.files.map(({ path, sha256 }) => [path, sha256]));
  const parts = [...checkpoint.components.values()].flatMap(({ weightFiles }) => weightFiles);
  const files = weightsFilesOf(
    root,
    parts.map(({ path }) => path),
  );
  const hashed: { name: string; sha256: string }[] = [];
  for (const [index, { name, path }] of files.entries()) {
    const inspection = await inStudioTerms(() =>
      inspectWeights(path, cacheFolder, signal, () => onProgress?.(index, files.length)),
    );
    assertFiniteWeights(name, inspection);
    const { sha256 } = inspection;
    if (expected.has(name) && expected.get(name) !== sha256) {
      throw new StudioError(
        'PACK_INCOMPLETE',
        `${name} of the pack at ${root} is not the file listed in its manifest: its SHA-256 differs.`,
      );
    }
    if (checkpoint.singleFile !== undefined) return sha256;
    hashed.push({ name, sha256 });
    onProgress?.(index + 1, files.length);
  }
  return identityOfFolder(hashed);
}
