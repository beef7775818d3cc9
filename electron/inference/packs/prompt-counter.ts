/** Counts prompts in a model's tokens without an engine: only its tokenizers are opened. */
import { openCheckpoint } from '../../../native-models/graph/index.ts';
import { readPackManifest } from '../../foundation/files/pack-manifest.ts';
import { countPromptTokens, type PromptTokens } from '../../pipeline/processors/prompt-tokens.ts';
import { inStudioTerms } from '../runtime/studio-errors.ts';
import { fitsEncoders, openEmbeddings, splitByNames } from './embeddings.ts';
import { openTokenizer, readingVocabulary } from './pack-tokenizer.ts';

/**
 * @param folder of a checkpoint, or a single file
 * @param embeddingFiles prompts may name those that fit the model
 * @returns counts prompts; with two text encoders by the one that needs more tokens
 * @throws StudioError PACK_INCOMPLETE, MODEL_INVALID
 */
export async function openPromptCounter(
  folder: string,
  embeddingFiles: readonly string[] = [],
): Promise<(prompt: string) => PromptTokens> {
  const checkpoint = await inStudioTerms(() => openCheckpoint(folder));
  const manifest = checkpoint.singleFile === undefined ? await readPackManifest(folder) : undefined;
  const tokenize = readingVocabulary(await openTokenizer(folder, checkpoint), manifest?.vocabulary ?? null);
  const widths = [...checkpoint.components]
    .filter(([name]) => name.startsWith('text_encoder'))
    .map(([, { config }]) => Number(config.hidden_size));
  const fitting = (await openEmbeddings(embeddingFiles)).filter((file) => fitsEncoders(file, widths));
  // Only how many there are matters here, not the ids.
  const splitWords = splitByNames(
    new Map(fitting.map(({ name, encoders: [first] }) => [name, new Array<number>(first!.count).fill(0)])),
  );
  if (!checkpoint.components.has('text_encoder_2')) {
    return (prompt) => countPromptTokens(prompt, tokenize, splitWords);
  }
  const tokenizeSecond = await openTokenizer(folder, checkpoint, 'tokenizer_2');
  return (prompt) => {
    const [first, second] = [tokenize, tokenizeSecond].map((each) =>
      countPromptTokens(prompt, each, splitWords),
    ) as [PromptTokens, PromptTokens];
    return second.count > first.count ? second : first;
  };
}
