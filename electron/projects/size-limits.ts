/** Size limits of the parts of a project: a file from anywhere must not exhaust memory. */

/** Largest picture file: 100 megapixels in 8-bit RGB without compression, and some. */
export const MAX_ASSET_BYTES: number = 304 * 2 ** 20;

/** Longest text of a document, a request or a render's details, in characters; they are about 2,000 long. */
export const MAX_JSON_LENGTH: number = 2 ** 20;

/** Largest project file. */
export const MAX_PROJECT_BYTES: number = 64 * 2 ** 30;

/** Most entries of the undo history; at one a second, nine hours a day, that is a month. */
export const MAX_HISTORY_ENTRIES = 1_000_000;
