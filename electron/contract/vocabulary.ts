/**
 * The words that a model pack of few words can draw, and how its prompts are read. A pack without a vocabulary reads
 * any words.
 */
import * as z from 'zod';

const word = z.string().regex(/^[a-z]+(?:-[a-z]+)*$/);
const language = z.string().regex(/^[a-z]{2}$/);

export const vocabularySchema = z.strictObject({
  subjects: z.array(word).min(1).describe('What it can draw and replace.'),
  places: z.array(word).describe('The backgrounds that it can draw.'),
  attributes: z.array(word).describe('Colours and patterns of subjects.'),
  connectives: z.array(word).describe('Words that it expects between the others; they draw nothing.'),
  draws: z.enum(['drawings', 'photographs']).describe('The kind of pictures that it was trained on.'),
  languages: z
    .record(
      language,
      z.strictObject({
        words: z
          .record(z.string().min(1), z.string())
          .describe(
            'Words and phrases of the language, in lower case, and what they are in the pack’s words; the first one ' +
              'of a word is its name in the editor. Empty: understood without being drawn.',
          ),
        endings: z
          .record(z.string().min(1), z.string())
          .default({})
          .describe(
            'What the language adds to a word, such as particles, and what that means in the pack’s words.',
          ),
        article: z
          .string()
          .default('')
          .describe('The pack’s word before a subject or its attributes, for a language without one.'),
        examples: z.array(z.string().min(1)).default([]).describe('Prompts that work, for the editor.'),
      }),
    )
    .describe('By ISO 639-1 code.'),
});
export type Vocabulary = z.infer<typeof vocabularySchema>;

/** A word or phrase of a prompt. */
export interface PromptWord {
  /** As it was typed. */
  readonly text: string;
  /** Index of its first character in the prompt. */
  readonly at: number;
  /** The pack's words for it; null when the pack does not know it. */
  readonly meaning: string | null;
  /** The pack's word to put before it if it begins a subject with its attributes; '' for none. */
  readonly article: string;
}

/** Letters and numbers, also with hyphens between them. */
const WORD = /[\p{L}\p{N}]+(?:-[\p{L}\p{N}]+)*/gu;
/** Weights of `(text:1.3)` and the keyword of a new pass: instructions, not words (docs/prompts.md). */
const INSTRUCTION = /^(?:\p{N}+|BREAK)$/u;
/** Most words of a translated phrase, such as "teddy bear". */
const MOST_WORDS = 3;

/** The words of a prompt with their meanings; the longest phrase counts. */
export function readPrompt(prompt: string, vocabulary: Vocabulary): readonly PromptWord[] {
  const found = [...prompt.matchAll(WORD)];
  const known = new Set(knownWords(vocabulary));
  const read: PromptWord[] = [];
  for (let index = 0; index < found.length; ) {
    const at = found[index]!.index;
    const upTo = (count: number) => {
      const last = found[index + count - 1]!;
      return prompt.slice(at, last.index + last[0].length);
    };
    let count = Math.min(MOST_WORDS, found.length - index);
    let reading = readingOf(upTo(count), vocabulary, known);
    while (reading === null && count > 1) {
      count--;
      reading = readingOf(upTo(count), vocabulary, known);
    }
    const text = upTo(count);
    if (!INSTRUCTION.test(text)) read.push({ text, at, ...(reading ?? UNKNOWN) });
    index += count;
  }
  return read;
}

/** A prompt in the words that the pack was trained with; unknown words, punctuation and weights stay as they are. */
export function inPackWords(prompt: string, vocabulary: Vocabulary): string {
  const { attributes } = vocabulary;
  let [written, from, last] = ['', 0, ''];
  for (const { text, at, meaning, article } of readPrompt(prompt, vocabulary)) {
    const isNext = attributes.includes(last) || last === article;
    written += prompt.slice(from, at);
    written += article === '' || isNext || meaning === null ? (meaning ?? text) : `${article} ${meaning}`;
    from = at + text.length;
    last = meaning?.split(' ').at(-1) ?? '';
  }
  return written + prompt.slice(from);
}

/** The subjects that a text names, each once. */
export function subjectsIn(text: string, vocabulary: Vocabulary): readonly string[] {
  const words = readPrompt(text, vocabulary).flatMap(({ meaning }) => meaning?.split(' ') ?? []);
  return [...new Set(words.filter((one) => vocabulary.subjects.includes(one)))];
}

/**
 * For each subject of a prompt, the prompt in the pack's words with that subject, and its attributes, in the place of
 * every other: of "a red cat and a dog", "a red cat and a red cat" and "a dog and a dog". So each keeps the number of
 * subjects, and with it the layout.
 */
export function promptsBySubject(prompt: string, vocabulary: Vocabulary): readonly string[] {
  const text = inPackWords(prompt, vocabulary);
  const phrases = subjectPhrases(text, vocabulary);
  const isFirst = ({ subject }: SubjectPhrase, index: number) =>
    phrases.findIndex((phrase) => phrase.subject === subject) === index;
  return phrases.filter(isFirst).map((own) => {
    let [written, upTo] = ['', 0];
    for (const { from, to } of phrases) {
      written += text.slice(upTo, from) + text.slice(own.from, own.to);
      upTo = to;
    }
    return written + text.slice(upTo);
  });
}

/** A subject in a text, with the attributes before it. */
interface SubjectPhrase {
  readonly subject: string;
  readonly from: number;
  readonly to: number;
}

/** @param text in the pack's words */
function subjectPhrases(text: string, vocabulary: Vocabulary): readonly SubjectPhrase[] {
  const { subjects, attributes } = vocabulary;
  const phrases: SubjectPhrase[] = [];
  let attributesFrom: number | null = null;
  let end = 0;
  for (const { text: word, at } of readPrompt(text, vocabulary)) {
    const isNext = attributesFrom !== null && text.slice(end, at).trim() === '';
    const from: number = isNext ? attributesFrom! : at;
    end = at + word.length;
    if (subjects.includes(word)) phrases.push({ subject: word, from, to: end });
    attributesFrom = attributes.includes(word) ? from : null;
  }
  return phrases;
}

/** What the editor calls one of the pack's words, which are English, in a language. */
export function nameOfWord(packWord: string, { languages }: Vocabulary, code: string): string {
  if (code === 'en') return packWord;
  const words = Object.entries(languages[code]?.words ?? {});
  return words.find(([, meaning]) => meaning === packWord)?.[0] ?? packWord;
}

function knownWords({ subjects, places, attributes, connectives }: Vocabulary): string[] {
  return [...subjects, ...places, ...attributes, ...connectives];
}

type Reading = Pick<PromptWord, 'meaning' | 'article'>;

const UNKNOWN: Reading = { meaning: null, article: '' };

function readingOf(typed: string, vocabulary: Vocabulary, known: ReadonlySet<string>): Reading | null {
  const text = typed.toLowerCase().replaceAll(/\s+/g, ' ');
  if (known.has(text)) return { meaning: text, article: '' };
  for (const { words, endings, article } of Object.values(vocabulary.languages)) {
    const reading = (meaning: string, added = ''): Reading => ({
      meaning: `${meaning} ${added}`.trim(),
      article: hasArticle(meaning, vocabulary) ? article : '',
    });
    if (Object.hasOwn(words, text)) return reading(words[text]!);
    for (const [ending, added] of Object.entries(endings)) {
      const stem = text.slice(0, -ending.length);
      if (text.endsWith(ending) && Object.hasOwn(words, stem)) return reading(words[stem]!, added);
    }
  }
  return null;
}

function hasArticle(word: string, { subjects, attributes }: Vocabulary): boolean {
  return subjects.includes(word) || attributes.includes(word);
}
