/** Size limits of the parts of a project: a file from elsewhere must not exhaust memory. */

/** Largest picture file: 100 megapixels in uncompressed 8-bit RGB, and a margin. */
export const MAX_ASSET_BYTES: number = 304 * 2 ** 20;

/** Longest text of a document, a request or a render's details, in characters; typical ones have about 2,000. */
export const MAX_JSON_LENGTH: number = 2 ** 20;

/** Largest project file. */
export const MAX_PROJECT_BYTES: number = 64 * 2 ** 30;

/** Most entries of the undo history: a month at one per second, nine hours a day. */
export const MAX_HISTORY_ENTRIES = 1_000_000;
