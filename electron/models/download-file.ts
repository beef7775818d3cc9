/** Downloads one file from the first source that has it: resumed, retried, checked, then moved into place. */

import { dirname } from 'node:path';
import { StudioError } from '../contract/errors.ts';
import { notice } from '../contract/notices.ts';
import type { CatalogFile } from '../contract/pack-catalog.ts';
import { throwIfCancelled } from '../foundation/files/file-errors.ts';
import { attemptDownload } from './download-attempt.ts';
import type { DownloadPatience } from './download-patience.ts';
import { gitBlobIdOfFile } from './file-hash.ts';
import type { ComponentSource, RemoteFile } from './file-source.ts';
import { rethrowCancel, SourceError } from './http-request.ts';
import type { InstalledFile } from './install-record.ts';
import { discardPart, PartFile } from './part-file.ts';
import type { StoreEnvironment } from './store-environment.ts';
import { partPath } from './store-layout.ts';
import type { NoticeListener } from './store-progress.ts';

export interface DownloadOptions {
  readonly environment: StoreEnvironment;
  readonly patience: DownloadPatience;
  readonly signal: AbortSignal;
  readonly onBytes: (bytes: number) => void;
  readonly onNotice: NoticeListener;
}

/** A downloaded file. */
export interface DownloadedFile {
  readonly bytes: number;
  readonly sha256: string;
  readonly checkedBy: InstalledFile['checkedBy'];
  readonly source: string;
}

/**
 * Downloads a file to its final path.
 *
 * @param sources tried in order
 * @throws StudioError DOWNLOAD_FAILED with every source's reason; DOWNLOAD_MISMATCH when they sent a different file;
 * CANCELLED, which leaves a part for the next call to continue; DISK_FULL; FOLDER_UNWRITABLE
 */
export async function downloadFile(
  file: CatalogFile,
  finalPath: string,
  sources: readonly ComponentSource[],
  options: DownloadOptions,
): Promise<DownloadedFile> {
  const failures: SourceError[] = [];
  for (const source of inOrder(sources)) {
    if (failures.length > 0) {
      const reason = failures.at(-1)!.message;
      options.onNotice(notice('DOWNLOAD_NEXT_SOURCE', { reason, source: source.label }));
    }
    try {
      const remote = await source.locate(file, options.signal);
      const downloaded = await downloadFromSource(remote, finalPath, options);
      source.failedLast = false;
      return downloaded;
    } catch (error) {
      rethrowCancel(error, options.signal);
      if (!(error instanceof SourceError)) throw error;
      source.failedLast = true;
      failures.push(error);
    }
  }
  const isMismatch = failures.every(({ mismatch }) => mismatch);
  throw new StudioError(
    isMismatch ? 'DOWNLOAD_MISMATCH' : 'DOWNLOAD_FAILED',
    `${file.path} could not be downloaded: ${failures.map(({ message }) => message).join('; ')}.`,
    { cause: failures.at(-1) },
  );
}

/** Sources in the catalogue's order, those that failed last time at the end. */
export function inOrder(sources: readonly ComponentSource[]): ComponentSource[] {
  return sources.toSorted((a, b) => Number(a.failedLast) - Number(b.failedLast));
}

async function downloadFromSource(
  remote: RemoteFile,
  finalPath: string,
  options: DownloadOptions,
): Promise<DownloadedFile> {
  const part = await PartFile.open(finalPath, options.environment, options.signal);
  let hadCleanTry = false;
  try {
    for (;;) {
      await fillPart(remote, part, finalPath, options);
      const checked = await check(remote, part, finalPath);
      if (checked.ok) {
        await part.finish();
        const { bytes } = part;
        return { bytes, sha256: part.digest(), checkedBy: checked.by, source: remote.url };
      }
      // Wrong bytes assembled from several responses give the source one clean retry.
      const { isPieced } = part;
      await part.restart();
      if (!isPieced || hadCleanTry) {
        await part.close();
        await discardPart(finalPath);
        throw new SourceError(`${remote.label} sent a different file: ${checked.reason}`, {
          mismatch: true,
        });
      }
      hadCleanTry = true;
      options.onNotice(notice('DOWNLOAD_DAMAGED', { path: finalPath }));
    }
  } catch (error) {
    // Try to sync the bytes so far; a failure is not worth an error.
    await part.sync().catch(() => undefined);
    throw error;
  } finally {
    await part.close();
  }
}

/** Repeats requests until the part is complete. */
async function fillPart(
  remote: RemoteFile,
  part: PartFile,
  finalPath: string,
  options: DownloadOptions,
): Promise<void> {
  const { environment, patience, signal, onBytes, onNotice } = options;
  let failuresInRow = 0;
  let farthest = part.bytes;
  let useRange = true;
  for (;;) {
    throwIfCancelled(signal);
    onBytes(part.bytes);
    const outcome = await attemptDownload(remote, part, {
      fetch: environment.fetch,
      signal,
      patience,
      now: environment.now,
      freeBytes: () => environment.freeBytes(dirname(finalPath)),
      useRange,
      onBytes,
    });
    if (outcome.kind === 'complete') return;
    if (outcome.kind === 'restart') {
      await part.restart();
      useRange = false;
    }
    // Only new bytes at a minimum rate count as progress: a server that always starts over, or sends a byte per
    // second, must not be retried for ever.
    const isSlow = outcome.kind === 'retry' && outcome.isSlow === true;
    if (part.bytes > farthest && !isSlow) failuresInRow = 0;
    farthest = Math.max(farthest, part.bytes);
    failuresInRow++;
    if (failuresInRow > patience.maxRetries) {
      throw new SourceError(
        `${remote.label} failed ${failuresInRow} times; the last reason: ${outcome.reason}`,
      );
    }
    if (outcome.kind === 'retry') {
      const backoffMs = Math.min(patience.firstBackoffMs * 2 ** (failuresInRow - 1), patience.maxBackoffMs);
      // Random, from half the wait to all of it, so that many clients do not return at once.
      const waitMs = Math.max(backoffMs * (0.5 + 0.5 * environment.random()), outcome.afterMs);
      const seconds = (waitMs / 1000).toFixed(1);
      onNotice(notice('DOWNLOAD_RETRIED', { source: remote.label, reason: outcome.reason, seconds }));
      await environment.sleep(waitMs, signal).catch((error: unknown) => rethrowCancel(error, signal));
    }
  }
}

type Checked =
  | { readonly ok: true; readonly by: InstalledFile['checkedBy'] }
  | { readonly ok: false; readonly reason: string };

async function check(remote: RemoteFile, part: PartFile, finalPath: string): Promise<Checked> {
  if (remote.bytes !== null && part.bytes !== remote.bytes) {
    return { ok: false, reason: `it has ${part.bytes} bytes, not ${remote.bytes}` };
  }
  if (remote.sha256 !== null) {
    const sha256 = part.digest();
    if (sha256 !== remote.sha256) {
      return { ok: false, reason: `its SHA-256 is ${sha256}, not ${remote.sha256}` };
    }
    return { ok: true, by: remote.sha256From === 'catalogue' ? 'catalogue' : 'hub-sha256' };
  }
  if (remote.gitBlobId !== null) {
    const id = await gitBlobIdOfFile(partPath(finalPath), part.bytes);
    return id === remote.gitBlobId
      ? { ok: true, by: 'hub-git-id' }
      : { ok: false, reason: `its git id is ${id}, not ${remote.gitBlobId}` };
  }
  return { ok: true, by: 'length' };
}
