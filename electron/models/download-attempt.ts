/**
 * One request for the rest of a file, and the handling of the response.
 *
 * | response | action |
 * | --- | --- |
 * | 206, Content-Range from the end of the part | continue |
 * | 206, any other Content-Range | the server mishandles ranges: restart, without Range |
 * | 200 | the file changed (If-Range) or the server ignores Range: restart |
 * | 416 with the part's length as the total | the part is complete |
 * | 416 otherwise | the part does not belong to the file: restart |
 * | 408, 425, 429, 5xx, a broken or silent connection | retry later |
 * | anything else | give up this source |
 */

import { StudioError } from '../contract/errors.ts';
import type { DownloadPatience } from './download-patience.ts';
import type { RemoteFile } from './file-source.ts';
import {
  type HttpRequest,
  requestFailure,
  rethrowCancel,
  SourceError,
  StallTimer,
  sendRequest,
} from './http-request.ts';
import type { PartFile } from './part-file.ts';
import { RESERVED_BYTES } from './store-environment.ts';

export type AttemptOutcome =
  | { readonly kind: 'complete' }
  | {
      readonly kind: 'retry';
      readonly reason: string;
      readonly afterMs: number;
      /** The connection was given up as too slow: its bytes do not count as progress. */
      readonly isSlow?: boolean;
    }
  | { readonly kind: 'restart'; readonly reason: string };

export interface AttemptControls {
  readonly fetch: typeof fetch;
  readonly signal: AbortSignal;
  readonly patience: Pick<DownloadPatience, 'stallTimeoutMs' | 'slowWindowMs' | 'minBytesPerSecond'>;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
  /** Free bytes on the part's disk; undefined if unknown. */
  readonly freeBytes: () => Promise<number | undefined>;
  /** false after the server lied about ranges. */
  readonly useRange: boolean;
  readonly onBytes: (bytes: number) => void;
}

/**
 * Requests the missing bytes of a file and writes them to the part.
 *
 * @throws SourceError when this source cannot give the file
 * @throws StudioError CANCELLED, DISK_FULL, FOLDER_UNWRITABLE
 */
export async function attemptDownload(
  remote: RemoteFile,
  part: PartFile,
  controls: AttemptControls,
): Promise<AttemptOutcome> {
  await keepOnlyWhatFits(remote, part, controls.useRange);
  if (part.bytes > 0 && part.bytes === remote.bytes) return { kind: 'complete' };

  const { patience } = controls;
  const stall = new StallTimer(patience.stallTimeoutMs, controls.signal);
  const pace = new Pace(patience, controls.now);
  let unboundedBytes = 0;
  let isWriting = false;
  try {
    const response = await sendRequest(controls.fetch, {
      ...requestFor(remote, part),
      signal: stall.signal,
    });
    stall.touch();
    const verdict = await judge(response, remote, part);
    if (verdict.kind !== 'body') {
      await response.body?.cancel();
      return verdict;
    }
    if (part.bytes > 0) part.isPieced = true;
    if (response.body === null) return { kind: 'retry', reason: 'an empty response', afterMs: 0 };
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      stall.touch();
      if (verdict.total !== null && part.bytes + chunk.length > verdict.total) {
        await part.restart();
        throw new SourceError(`${remote.label} sent more than the ${verdict.total} bytes it announced`, {
          mismatch: true,
        });
      }
      if (verdict.total === null) {
        if (unboundedBytes === 0) await assertRoom(remote, part, controls);
        unboundedBytes = (unboundedBytes + chunk.length) % ROOM_CHECK_BYTES;
      }
      isWriting = true;
      await part.append(chunk);
      isWriting = false;
      controls.onBytes(part.bytes);
      const slow = pace.tooSlow(chunk.length);
      if (slow !== undefined) return { kind: 'retry', reason: slow, afterMs: 0, isSlow: true };
    }
    if (verdict.total !== null && part.bytes < verdict.total) {
      return {
        kind: 'retry',
        reason: `the connection ended at ${part.bytes} of ${verdict.total} bytes`,
        afterMs: 0,
      };
    }
    return { kind: 'complete' };
  } catch (error) {
    if (isWriting || error instanceof SourceError || error instanceof StudioError) throw error;
    rethrowCancel(error, controls.signal);
    const reason = stall.stalled
      ? `no data arrived for ${patience.stallTimeoutMs / 1000} s`
      : requestFailure(error);
    return { kind: 'retry', reason, afterMs: 0 };
  } finally {
    stall.stop();
  }
}

/** Bytes between two checks of the free space, for a file of unknown length. */
const ROOM_CHECK_BYTES = 16 * 1024 * 1024;

/**
 * A file of unknown length may be endless. Its part is deleted when the disk has no more room for it.
 *
 * @throws StudioError DISK_FULL
 */
async function assertRoom(
  remote: RemoteFile,
  part: PartFile,
  { freeBytes }: Pick<AttemptControls, 'freeBytes'>,
): Promise<void> {
  const free = await freeBytes();
  if (free === undefined || free >= RESERVED_BYTES + ROOM_CHECK_BYTES) return;
  const { bytes } = part;
  await part.restart();
  throw new StudioError(
    'DISK_FULL',
    `${remote.label} does not state the length of ${remote.url}; after ${bytes} bytes too little space is left on the disk (${RESERVED_BYTES} bytes are kept in reserve). The unfinished download was deleted.`,
  );
}

/** Checks the rate of a connection, window by window; called with every chunk. */
class Pace {
  readonly #windowMs: number;
  readonly #minBytesPerSecond: number;
  readonly #now: () => number;
  #beginMs: number;
  #bytes = 0;

  constructor(
    { slowWindowMs, minBytesPerSecond }: Pick<DownloadPatience, 'slowWindowMs' | 'minBytesPerSecond'>,
    now: () => number,
  ) {
    this.#windowMs = slowWindowMs;
    this.#minBytesPerSecond = minBytesPerSecond;
    this.#now = now;
    this.#beginMs = now();
  }

  /** @returns the reason to give up the connection, at the end of a window with too few bytes */
  tooSlow(chunkBytes: number): string | undefined {
    this.#bytes += chunkBytes;
    const spanMs = this.#now() - this.#beginMs;
    if (spanMs < this.#windowMs) return undefined;
    const bytes = this.#bytes;
    this.#beginMs += spanMs;
    this.#bytes = 0;
    if ((bytes / spanMs) * 1000 >= this.#minBytesPerSecond) return undefined;
    return `only ${bytes} bytes arrived in ${Math.round(spanMs / 1000)} s`;
  }
}

/**
 * Deletes a part that cannot be continued from this source: without a known hash, only the same address with the same
 * strong ETag proves that both halves belong to one file; with one, the final check of the hash does.
 */
async function keepOnlyWhatFits(remote: RemoteFile, part: PartFile, useRange: boolean): Promise<void> {
  const { state } = part;
  const sameHash = state !== undefined && remote.sha256 !== null && state.sha256 === remote.sha256;
  const sameAnswer = state !== undefined && state.url === remote.url && state.etag !== null;
  const tooLong = remote.bytes !== null && part.bytes > remote.bytes;
  if (part.bytes > 0 && (!useRange || tooLong || !(sameHash || sameAnswer))) await part.restart();
}

function requestFor(
  remote: RemoteFile,
  part: PartFile,
): Pick<HttpRequest, 'url' | 'method' | 'headers' | 'authorization'> {
  const { url, authorization } = remote;
  if (part.bytes === 0) return { url, method: 'GET', authorization };
  const etag = part.state?.url === url ? part.state.etag : null;
  return {
    url,
    method: 'GET',
    authorization,
    headers: { range: `bytes=${part.bytes}-`, ...(etag === null ? {} : { 'if-range': etag }) },
  };
}

type Verdict = { readonly kind: 'body'; readonly total: number | null } | AttemptOutcome;

async function judge(response: Response, remote: RemoteFile, part: PartFile): Promise<Verdict> {
  const { status, headers } = response;
  if (status === 206) return judgePartial(response, remote, part);
  if (status === 200) return judgeWhole(response, remote, part);
  if (status === 416) {
    const whole = /^bytes \*\/(\d+)$/.exec(headers.get('content-range') ?? '')?.[1];
    if (part.bytes > 0 && Number(whole) === part.bytes) return { kind: 'complete' };
    return { kind: 'restart', reason: 'the server does not have this range' };
  }
  if (status === 408 || status === 425 || status === 429 || status >= 500) {
    return { kind: 'retry', reason: `the server responds with ${status}`, afterMs: retryAfterMs(headers) };
  }
  throw new SourceError(`${remote.label} answers ${status} for ${remote.url}`);
}

function judgePartial({ headers }: Response, remote: RemoteFile, part: PartFile): Verdict {
  if (part.bytes === 0)
    throw new SourceError(`${remote.label} sends a part although the whole file was requested`);
  const range = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(headers.get('content-range') ?? '');
  const total = range === null || range[3] === '*' ? remote.bytes : Number(range[3]);
  const etag = strongTag(headers);
  const lies =
    range === null ||
    Number(range[1]) !== part.bytes ||
    isEncoded(headers) ||
    (total !== null && Number(range[2]) >= total) ||
    (remote.bytes !== null && total !== remote.bytes) ||
    // The ETag differs from the one in If-Range: the server missed that the file changed.
    (part.state?.url === remote.url && part.state.etag !== null && etag !== null && etag !== part.state.etag);
  if (lies)
    return { kind: 'restart', reason: 'the server’s response does not start at the requested position' };
  return { kind: 'body', total };
}

async function judgeWhole({ headers }: Response, remote: RemoteFile, part: PartFile): Promise<Verdict> {
  if (isEncoded(headers)) throw new SourceError(`${remote.label} sends the file compressed`);
  const text = headers.get('content-length');
  const length = text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;
  if (remote.bytes !== null && length !== null && length !== remote.bytes) {
    throw new SourceError(`${remote.label} has ${length} bytes instead of ${remote.bytes}`, {
      mismatch: true,
    });
  }
  const total = remote.bytes ?? length;
  if (total === null && remote.sha256 === null && remote.gitBlobId === null) {
    throw new SourceError(`${remote.label} states neither the length nor the hash of the file`);
  }
  if (part.bytes > 0) await part.restart();
  await part.describe({
    version: 1,
    url: remote.url,
    etag: strongTag(headers),
    bytes: total,
    sha256: remote.sha256,
  });
  return { kind: 'body', total };
}

function isEncoded(headers: Headers): boolean {
  const encoding = headers.get('content-encoding');
  return encoding !== null && encoding !== 'identity';
}

/** Only a strong ETag means that the bytes are equal (RFC 9110, 13.1.5). */
function strongTag(headers: Headers): string | null {
  const tag = headers.get('etag');
  return tag?.startsWith('"') ? tag : null;
}

/** Longest wait that a server may request. */
const MAX_RETRY_AFTER_MS = 60_000;

function retryAfterMs(headers: Headers): number {
  const seconds = headers.get('retry-after');
  return seconds !== null && /^\d+$/.test(seconds) ? Math.min(Number(seconds) * 1000, MAX_RETRY_AFTER_MS) : 0;
}
