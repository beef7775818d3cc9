/** Decides when to give up a connection, and then a source. */

/** How patient a download is. */
export interface DownloadPatience {
  /** Silence after which a connection is given up. */
  readonly stallTimeoutMs: number;
  /** Time span over which a connection has to reach `minBytesPerSecond`; falling below counts as a failure. */
  readonly slowWindowMs: number;
  readonly minBytesPerSecond: number;
  /** Failures in a row, without a new byte, after which a source is given up. */
  readonly maxRetries: number;
  /** Wait after the first failure; it doubles with each, up to `maxBackoffMs`. */
  readonly firstBackoffMs: number;
  readonly maxBackoffMs: number;
}

export const DEFAULT_PATIENCE: DownloadPatience = {
  stallTimeoutMs: 30_000,
  slowWindowMs: 60_000,
  minBytesPerSecond: 1024,
  maxRetries: 5,
  firstBackoffMs: 1000,
  maxBackoffMs: 30_000,
};
