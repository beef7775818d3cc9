/** Adds words of a pack's vocabulary to a prompt. Pure. */
import { nameOfWord, readPrompt, type Vocabulary } from '../../electron/contract/vocabulary.ts';

/**
 * A prompt with one more word, in the editor's language: directly after an attribute, which belongs to it, else after a
 * comma.
 */
export function withWord(prompt: string, packWord: string, vocabulary: Vocabulary, language: string): string {
  const before = prompt.trimEnd();
  const name = nameOfWord(packWord, vocabulary, language);
  if (before === '') return name;
  const last = readPrompt(before, vocabulary).at(-1);
  const endsWithWord = last !== undefined && last.at + last.text.length === before.length;
  const continues =
    !endsWithWord || last.meaning?.split(' ').some((one) => isOpen(one, vocabulary)) ? ' ' : ', ';
  return `${before}${continues}${name}`;
}

/** Whether a word calls for another one: "red" for a subject, "a" and "and" too. */
function isOpen(word: string, { attributes, connectives }: Vocabulary): boolean {
  return attributes.includes(word) || (connectives.includes(word) && word !== 'background');
}
