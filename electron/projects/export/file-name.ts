/** Makes file names from titles. */
import { cutToBytes } from '../../foundation/files/cut-to-bytes.ts';

/** Names that Windows reserves for devices, with any extension. */
const RESERVED = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[\d¹²³])$/iu;

/**
 * Longest name without its ending, in bytes of UTF-8. File systems allow 255 in all; the suffixes of a name can be "
 * 9999", ".pnpmix", ".4294967295-0123abcd.tmp" while it is written and SQLite's "-journal": 44 bytes.
 */
export const MAX_NAME_BYTES = 200;

/** Longest part of a name made of several, such as title, render and concept, in bytes. */
export const MAX_PART_BYTES = 60;

/**
 * A name that every file system accepts: no separators, control characters or characters that Windows forbids, not
 * hidden, and short enough in bytes; cut between graphemes.
 *
 * @param fallback the name when nothing is left
 * @param maxBytes of UTF-8; {@link MAX_NAME_BYTES} by default
 */
export function safeFileName(text: string, fallback: string, maxBytes: number = MAX_NAME_BYTES): string {
  const cleaned = text
    .normalize('NFC')
    .replace(/[\p{Control}\p{Surrogate}<>:"/\\|?*\ufffe\uffff]/gu, ' ')
    .replace(/\s+/gu, ' ')
    .replace(/^[. ]+|[. ]+$/gu, '');
  const name = cutToBytes(cleaned, maxBytes - 1).replace(/[. ]+$/u, '');
  if (name === '') return fallback;
  return RESERVED.test(name.split('.')[0]!.trim()) ? `_${name}` : name;
}
