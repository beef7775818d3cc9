/** The words of the open pack's vocabulary, for messages that name them. */
import type { EngineStatus } from '../../electron/contract/engine-status.ts';
import { nameOfWord, type Vocabulary } from '../../electron/contract/vocabulary.ts';

let vocabulary: Vocabulary | undefined;

/** Learns the open pack's words. */
export function learnWords({ pack }: Pick<EngineStatus, 'pack'>): void {
  vocabulary = pack?.vocabulary;
}

/** A pack's word in a language. */
export function wordIn(language: string, word: string): string {
  return vocabulary === undefined ? word : nameOfWord(word, vocabulary, language);
}
