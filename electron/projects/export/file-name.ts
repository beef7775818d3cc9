/** File names from what people call things. */

/** Names that Windows keeps for devices. */
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)$/i;
const MAX_LENGTH = 80;

/**
 * A name that every file system takes: without separators, control characters and what Windows forbids, not hidden,
 * and not longer than 80 characters.
 *
 * @param fallback what it is called when nothing is left
 */
export function safeFileName(text: string, fallback: string): string {
  const cleaned = text
    .normalize('NFC')
    .replace(/[\p{Control}\p{Surrogate}<>:"/\\|?*\ufffe\uffff]/gu, ' ')
    .replace(/\s+/gu, ' ')
    .replace(/^[. ]+|[. ]+$/gu, '');
  const name = Array.from(cleaned)
    .slice(0, MAX_LENGTH)
    .join('')
    .replace(/[. ]+$/u, '');
  if (name === '') return fallback;
  return RESERVED.test(name.split('.')[0]!.trim()) ? `_${name}` : name;
}
