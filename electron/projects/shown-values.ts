/**
 * What is only shown of a project (titles, labels, times) is brought into its bounds when it is read: a file from
 * elsewhere, or one that was written while a clock was wrong, opens all the same (docs/decisions/0125).
 */
import * as z from 'zod';

/** The end of the year 9999 in milliseconds since 1970: ISO 8601 has no plain form for what comes after. */
export const MAX_TIME_MS = 253_402_300_799_999;

/** Longest title, label or name, in UTF-16 units. */
export const MAX_TEXT_LENGTH = 200;

/** A time that can be written as an ISO date. */
export const timeMsSchema = z.int().min(0).max(MAX_TIME_MS);

/**
 * The nearest time that can be shown. A clock that stands before 1970 or after the year 9999 is wrong, and must not
 * keep a change from being saved; when it was saved is not worth that.
 */
export function boundedTimeMs(timeMs: number): number {
  if (Number.isNaN(timeMs)) return 0;
  return Math.trunc(Math.min(Math.max(timeMs, 0), MAX_TIME_MS));
}

/** A text of 1 to {@link MAX_TEXT_LENGTH} units without spaces around it. @param fallback where nothing is left */
export function boundedTextOr(text: string | null, fallback: string): string {
  const trimmed = (text ?? '').replaceAll('\0', '').trim();
  const cut = cutText(trimmed, MAX_TEXT_LENGTH);
  return cut === '' ? fallback : cut;
}

/** The beginning of a text, not cut through a surrogate pair. */
export function cutText(text: string, maxLength: number): string {
  return text
    .slice(0, maxLength)
    .replace(/[\ud800-\udbff]$/u, '')
    .trimEnd();
}
