/** Makes file names of titles. */

/** Names that Windows keeps for devices, whatever stands behind a full stop. */
const RESERVED = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[\d¹²³])$/iu;

/**
 * Longest name without its ending, in bytes of UTF-8. File systems take 255 for the whole; what may be put behind a
 * name is " 9999", ".pnpmix", ".4294967295-0123abcd.tmp" while it is written and SQLite's "-journal": 44 bytes.
 */
export const MAX_NAME_BYTES = 200;

/** Longest part of a name that is made of several, such as title, render and concept, in bytes. */
export const MAX_PART_BYTES = 60;

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/**
 * A name that every file system takes: without separators, control characters and what Windows forbids, not hidden,
 * and short enough in bytes; it is cut between characters as people see them.
 *
 * @param fallback what it is called when nothing is left
 * @param maxBytes of UTF-8; {@link MAX_NAME_BYTES} by default
 */
export function safeFileName(text: string, fallback: string, maxBytes: number = MAX_NAME_BYTES): string {
  const cleaned = text
    .normalize('NFC')
    .replace(/[\p{Control}\p{Surrogate}<>:"/\\|?*\ufffe\uffff]/gu, ' ')
    .replace(/\s+/gu, ' ')
    .replace(/^[. ]+|[. ]+$/gu, '');
  const name = cut(cleaned, maxBytes - 1).replace(/[. ]+$/u, '');
  if (name === '') return fallback;
  return RESERVED.test(name.split('.')[0]!.trim()) ? `_${name}` : name;
}

/** The longest beginning of a text that has at most so many bytes and ends between two graphemes. */
function cut(text: string, maxBytes: number): string {
  let kept = '';
  let bytes = 0;
  for (const { segment } of graphemes.segment(text)) {
    bytes += Buffer.byteLength(segment);
    if (bytes > maxBytes) break;
    kept += segment;
  }
  return kept;
}
