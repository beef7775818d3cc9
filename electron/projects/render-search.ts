/** Searches renders by text, in the chosen order. */
import type { Database } from 'better-sqlite3';
import type { RenderOrder } from '../contract/render-record.ts';
import { listConditions } from './render-table.ts';
import { boundedText } from './stored-json.ts';

export interface RenderSearch {
  /** Part of the name, of the scene's prompt, or of a concept's name or prompt; '' matches every render. */
  readonly text: string;
  readonly show: keyof typeof listConditions;
  readonly order: RenderOrder;
  readonly offset: number;
  readonly limit: number;
}

const orders: Readonly<Record<RenderOrder, string>> = {
  newest: 'sequence DESC',
  oldest: 'sequence',
  name: 'name IS NULL, folded(name), sequence DESC',
  longest: 'total_ms DESC, sequence DESC',
};

/** The searched text; a render whose request is damaged or too large to be genuine is found only by its name. */
const searchedText = `folded(coalesce(name, '') || char(10) || CASE WHEN json_valid(${boundedText('request')}) THEN
  coalesce(json_extract(request, '$.scene.prompt'), '') || coalesce((
    SELECT group_concat(char(10) || coalesce(json_extract(value, '$.name'), '') || char(10) ||
      coalesce(json_extract(value, '$.prompt'), ''))
    FROM json_each(request, '$.scene.concepts') WHERE type = 'object'), '')
  ELSE '' END)`;

/**
 * Folds a text for comparison: case and the encoding of accents do not matter, in any script and in any system
 * language. Upper case first, so that ß matches SS and all forms of sigma are equal.
 */
export function folded(text: string): string {
  return text.normalize('NFC').toUpperCase().toLowerCase().replaceAll('ς', 'σ').normalize('NFC');
}

/** Registers {@link folded} in SQL; called once per connection. */
export function addFolding(database: Database): void {
  database.function('folded', { deterministic: true, directOnly: true }, (text: unknown) =>
    typeof text === 'string' ? folded(text) : null,
  );
}

/** @returns the ids of one page, and how many renders match in all */
export function searchRenders(
  database: Database,
  { text, show, order, offset, limit }: RenderSearch,
): { readonly ids: string[]; readonly total: number } {
  const wanted = folded(text);
  const where = `${listConditions[show]} AND (@text = '' OR instr(${searchedText}, @text) > 0)`;
  const ids = database
    .prepare<[{ text: string; limit: number; offset: number }], string>(
      `SELECT id FROM render WHERE ${where} ORDER BY ${orders[order]} LIMIT @limit OFFSET @offset`,
    )
    .pluck()
    .all({ text: wanted, limit, offset });
  const total = database
    .prepare<[{ text: string }], number>(`SELECT count(*) FROM render WHERE ${where}`)
    .pluck()
    .get({ text: wanted })!;
  return { ids, total };
}
