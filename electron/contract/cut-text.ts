/** Texts that host and page cut to the lengths of the schemas. */

/** The beginning of a text, at most `maxLength` UTF-16 units, not cut through a surrogate pair. */
export function cutText(text: string, maxLength: number): string {
  return text
    .slice(0, maxLength)
    .replace(/[\ud800-\udbff]$/u, '')
    .trimEnd();
}
