/** The words of the pack's vocabulary, for messages that name them. */
import type { EngineStatus } from '../../electron/contract/engine-status.ts';
import { nameOfWord, type Vocabulary } from '../../electron/contract/vocabulary.ts';

let vocabulary: Vocabulary | null = null;

/** Learns the pack's words. */
export function learnWords(status: Pick<EngineStatus, 'vocabulary'>): void {
  vocabulary = status.vocabulary;
}

/** A pack's word in a language. */
export function wordIn(language: string, word: string): string {
  return vocabulary === null ? word : nameOfWord(word, vocabulary, language);
}
