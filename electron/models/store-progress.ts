/** Progress of a long operation of the store. */

import type { Notice } from '../contract/notices.ts';

export type StoreStage = 'resolve' | 'download' | 'check' | 'place';

/** A progress report; bytes count the whole operation, including finished files. */
export interface StoreProgress {
  readonly stage: StoreStage;
  readonly packId: string;
  /** component/path of the current file. */
  readonly file: string;
  /** 1..fileCount. */
  readonly fileNumber: number;
  readonly fileCount: number;
  readonly bytesDone: number;
  /** null while the size of a file is unknown. */
  readonly bytesTotal: number | null;
  /** Over the last seconds; null until known. */
  readonly bytesPerSecond: number | null;
  readonly secondsLeft: number | null;
}

/** Notices for the user during an operation: a retry, another source, a fall-back. */
export type NoticeListener = (notice: Notice) => void;

export interface StoreControls {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: StoreProgress) => void) | undefined;
  readonly onNotice?: NoticeListener | undefined;
}

/** Time span for measuring the rate. */
const RATE_WINDOW_MS = 5000;
const RATE_MINIMUM_MS = 500;

/** The rate of a growing count over the last seconds. */
export class RateMeter {
  readonly #now: () => number;
  #samples: { atMs: number; bytes: number }[] = [];

  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * @param bytes count so far; a smaller count (a restart) resets the measurement
   * @returns bytes per second; null until enough is measured
   */
  update(bytes: number): number | null {
    const atMs = this.#now();
    if (bytes < (this.#samples.at(-1)?.bytes ?? 0)) this.#samples = [];
    this.#samples.push({ atMs, bytes });
    while (this.#samples.length > 2 && this.#samples[1]!.atMs <= atMs - RATE_WINDOW_MS) this.#samples.shift();
    const first = this.#samples[0]!;
    const spanMs = atMs - first.atMs;
    return spanMs < RATE_MINIMUM_MS ? null : ((bytes - first.bytes) / spanMs) * 1000;
  }
}

/** The facts that stay constant for one file. */
interface ProgressFile {
  readonly stage: StoreStage;
  readonly file: string;
  readonly fileNumber: number;
}

/** Shortest time between two reports on one file. */
const REPORT_INTERVAL_MS = 100;

/** Combines the progress of consecutive files into one. */
export class ProgressReporter {
  readonly #packId: string;
  readonly #fileCount: number;
  readonly #listener: ((progress: StoreProgress) => void) | undefined;
  readonly #now: () => number;
  readonly #rate: RateMeter;
  #finishedBytes = 0;
  #lastReportMs = Number.NEGATIVE_INFINITY;
  #lastFileBytes = 0;
  #current: ProgressFile | undefined;
  bytesTotal: number | null;

  constructor(
    packId: string,
    fileCount: number,
    bytesTotal: number | null,
    now: () => number,
    listener: ((progress: StoreProgress) => void) | undefined,
  ) {
    this.#packId = packId;
    this.#fileCount = fileCount;
    this.bytesTotal = bytesTotal;
    this.#now = now;
    this.#rate = new RateMeter(now);
    this.#listener = listener;
  }

  /** Starts a file, or its next stage. */
  begin(stage: StoreStage, file: string, fileNumber: number): void {
    this.#current = { stage, file, fileNumber };
    this.#report(0, true);
  }

  /** Sets the finished bytes of the current file. */
  advance(fileBytes: number): void {
    this.#report(fileBytes, false);
  }

  /** Ends the current file. */
  finish(fileBytes: number): void {
    this.#report(fileBytes, true);
    this.#finishedBytes += fileBytes;
  }

  #report(fileBytes: number, always: boolean): void {
    if (this.#listener === undefined || this.#current === undefined) return;
    const bytesDone = this.#finishedBytes + fileBytes;
    const bytesPerSecond = this.#rate.update(bytesDone);
    const nowMs = this.#now();
    // A file's first bytes are reported at once: the connection may stall after them, and zero would stay on show.
    const areFirst = this.#lastFileBytes === 0 && fileBytes > 0;
    if (!always && !areFirst && nowMs - this.#lastReportMs < REPORT_INTERVAL_MS) return;
    this.#lastReportMs = nowMs;
    this.#lastFileBytes = fileBytes;
    const { bytesTotal } = this;
    const bytesLeft = bytesTotal === null ? null : Math.max(bytesTotal - bytesDone, 0);
    this.#listener({
      ...this.#current,
      packId: this.#packId,
      fileCount: this.#fileCount,
      bytesDone,
      bytesTotal,
      bytesPerSecond,
      secondsLeft: bytesLeft === null || !bytesPerSecond ? null : bytesLeft / bytesPerSecond,
    });
  }
}
