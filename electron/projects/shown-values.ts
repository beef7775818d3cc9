/**
 * Brings a project's display values (titles, labels, times) into their bounds when they are read: a file from
 * elsewhere, or one written while a clock was wrong, still opens (docs/decisions/0125).
 */
import * as z from 'zod';
import { cutText } from '../contract/cut-text.ts';

/** The end of the year 9999 in milliseconds since 1970: ISO 8601 has no plain form for later times. */
export const MAX_TIME_MS = 253_402_300_799_999;

/** Longest title, label or name, in UTF-16 units. */
export const MAX_TEXT_LENGTH = 200;

/** A time that can be written as an ISO date. */
export const timeMsSchema = z.int().min(0).max(MAX_TIME_MS);

/**
 * The nearest time that can be shown. A clock before 1970 or after the year 9999 is wrong; that must not prevent a
 * change from being saved.
 */
export function boundedTimeMs(timeMs: number): number {
  if (Number.isNaN(timeMs)) return 0;
  return Math.trunc(Math.min(Math.max(timeMs, 0), MAX_TIME_MS));
}

/** A trimmed text of 1 to {@link MAX_TEXT_LENGTH} units. @param fallback when nothing is left */
export function boundedTextOr(text: string | null, fallback: string): string {
  const trimmed = (text ?? '').replaceAll('\0', '').trim();
  const cut = cutText(trimmed, MAX_TEXT_LENGTH);
  return cut === '' ? fallback : cut;
}
