/**
 * The English sentences that the program writes into errors, in the language of the editor. They cross the processes,
 * and are stored in projects, as they are written in English; here they are recognized by their texts, as gettext does,
 * and their parameters are put into the translated ones.
 */

/** A sentence with its parameters as {{name}}, and the same in another language. */
type Translation = readonly [english: string, other: string];

interface KnownSentence {
  readonly pattern: RegExp;
  readonly names: readonly string[];
  readonly other: string;
  /** Number of letters outside of the parameters. */
  readonly letters: number;
}

/** A parameter may be a sentence with one in it. */
const DEEPEST = 3;

const SENTENCE_END = /(?<=\.) (?=\S)/u;

/** @returns translates a sentence, or several; undefined if one of them is not known */
export function sentenceTranslator(
  translations: Iterable<Translation>,
): (sentences: string) => string | undefined {
  const known = [...translations]
    .map(([english, other]) => sentenceOf(english, other))
    // One that is all parameters would be every sentence.
    .filter(({ letters }) => letters > 0)
    // "{{file}} is damaged: it is not JSON." before "{{file}} is damaged: {{what}}."
    .sort((a, b) => b.letters - a.letters);
  const translate = (sentence: string, depth: number): string | undefined => {
    for (const { pattern, names, other } of known) {
      const values = pattern.exec(sentence)?.slice(1);
      if (values === undefined) continue;
      const inOther = (name: string) => inside(values[names.indexOf(name)] ?? '', depth + 1);
      return other.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => inOther(name)).trim();
    }
    return undefined;
  };
  /** Sentence by sentence, where all are known: as a whole, the last parameter of the first would be all others. */
  const translateAll = (text: string, depth: number): string | undefined => {
    const sentences = text.split(SENTENCE_END).map((sentence) => translate(sentence, depth));
    return sentences.includes(undefined) ? translate(text, depth) : sentences.join(' ');
  };
  /** Of a parameter, what is not known stays. */
  const inside = (value: string, depth: number): string => {
    if (depth > DEEPEST || value === '') return value;
    const all = translateAll(value, depth);
    if (all !== undefined) return all;
    return value
      .split(SENTENCE_END)
      .map((sentence) => translate(sentence, depth) ?? sentence)
      .join(' ');
  };
  return (text) => translateAll(text, 0);
}

function sentenceOf(english: string, other: string): KnownSentence {
  // Where one parameter ends and the next begins cannot be told: the first is both.
  const parts = english.replaceAll(/(\{\{\w+\}\}) \{\{\w+\}\}/g, '$1').split(/\{\{(\w+)\}\}/);
  const literals = parts.filter((_, at) => at % 2 === 0);
  return {
    pattern: new RegExp(`^${literals.map((literal) => RegExp.escape(literal)).join('(.*?)')}$`, 's'),
    names: parts.filter((_, at) => at % 2 === 1),
    other,
    letters: literals.join('').replaceAll(/\P{L}/gu, '').length,
  };
}
