/** Finds actions by what the user types: letters in order, as in other programs' command palettes. */

/** A place in a text where words begin scores more than one inside a word. */
const WORD_START = 8;
/** A letter right after the previous one. */
const ADJACENT = 4;

/**
 * How well a query fits a text: its characters must be in the text in this order, without regard to case. Beginnings of
 * words and neighbouring characters count more, and shorter texts win.
 *
 * @returns undefined when it does not fit; 0 for an empty query
 */
export function fuzzyScore(query: string, text: string): number | undefined {
  const wanted = [...query.normalize('NFC').toLowerCase()].filter((character) => character.trim() !== '');
  const characters = [...text.normalize('NFC').toLowerCase()];
  let best: number | undefined;
  // Greedy from each possible beginning: enough for texts as short as these.
  for (const [start, character] of characters.entries()) {
    if (wanted.length > 0 && character !== wanted[0]) continue;
    const score = scoreFrom(wanted, characters, start);
    if (score !== undefined && (best === undefined || score > best)) best = score;
  }
  return wanted.length === 0 ? 0 : best;
}

function scoreFrom(
  wanted: readonly string[],
  characters: readonly string[],
  start: number,
): number | undefined {
  let score = 0;
  let last = start - 1;
  for (const character of wanted) {
    const at = characters.indexOf(character, last + 1);
    if (at < 0) return undefined;
    const isWordStart = at === 0 || /[\s,.:/()-]/.test(characters[at - 1]!);
    score += 1 + (isWordStart ? WORD_START : 0) + (at === last + 1 ? ADJACENT : 0);
    last = at;
  }
  return score - characters.length / 100;
}

/** The fitting entries, the best first; entries that fit equally well stay in order. */
export function searchCommands<Entry extends { readonly name: string }>(
  query: string,
  entries: readonly Entry[],
): readonly Entry[] {
  return entries
    .flatMap((entry) => {
      const score = fuzzyScore(query, entry.name);
      return score === undefined ? [] : [{ entry, score }];
    })
    .sort((a, b) => b.score - a.score)
    .map(({ entry }) => entry);
}
