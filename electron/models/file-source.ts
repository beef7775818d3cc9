/**
 * Locates a catalogue's file at a source, and asks the source for its facts.
 *
 * A hub responds to HEAD with X-Repo-Commit, and with X-Linked-Size and X-Linked-Etag (the SHA-256) for files in LFS;
 * for others with Content-Length and git's id as the ETag. Redirects within the hub are followed; one to another host
 * leads to the storage, whose headers do not describe the file, and is not.
 */
import type { CatalogFile, CatalogSource } from '../contract/pack-catalog.ts';
import { requestFailure, rethrowCancel, SourceError, StallTimer, sendRequest } from './http-request.ts';

/** A file at a source, with all facts known before fetching it. */
export interface RemoteFile {
  readonly url: string;
  /** Host and repository, for messages and records. */
  readonly label: string;
  readonly authorization: string | undefined;
  readonly bytes: number | null;
  readonly sha256: string | null;
  readonly sha256From: 'catalogue' | 'hub';
  readonly gitBlobId: string | null;
}

export interface SourceSettings {
  readonly fetch: typeof fetch;
  /** Address of the hub, without a trailing slash. */
  readonly hubEndpoint: string;
  /** Access token for the hub, for repositories that need one. */
  readonly hubToken: string | undefined;
  readonly stallTimeoutMs: number;
}

/** A source of a component; it stays on one revision after its first response. */
export class ComponentSource {
  readonly label: string;
  readonly #source: CatalogSource;
  readonly #settings: SourceSettings;
  readonly #located = new Map<string, RemoteFile>();
  #revision: string | undefined;
  /** Whether it failed last time; such a source is tried after the others. */
  failedLast = false;

  /** @param recordedRevision commit of the files already downloaded from this source */
  constructor(source: CatalogSource, settings: SourceSettings, recordedRevision: string | undefined) {
    this.#source = source;
    this.#settings = settings;
    this.#revision = source.kind === 'hub' ? (source.revision ?? recordedRevision) : undefined;
    this.label =
      source.kind === 'hub'
        ? `${new URL(settings.hubEndpoint).host}/${source.repo}`
        : `${new URL(source.url).host}${new URL(source.url).pathname}`;
  }

  /** The repository and its actual commit, if the catalogue pins none. */
  get learntRevision(): { readonly repo: string; readonly revision: string } | undefined {
    return this.#source.kind === 'hub' && this.#source.revision === null && this.#revision !== undefined
      ? { repo: this.#source.repo, revision: this.#revision }
      : undefined;
  }

  /**
   * Locates a file, and asks the source for facts missing in the catalogue.
   *
   * @throws SourceError when the source does not have the file, or one of a different size or hash
   * @throws StudioError CANCELLED
   */
  async locate(file: CatalogFile, signal: AbortSignal): Promise<RemoteFile> {
    const known = this.#located.get(file.path) ?? (await this.#find(file, signal));
    this.#located.set(file.path, known);
    return known;
  }

  async #find(file: CatalogFile, signal: AbortSignal): Promise<RemoteFile> {
    const remote: RemoteFile = {
      url: this.#urlOf(file),
      label: this.label,
      authorization:
        this.#source.kind === 'hub' && this.#settings.hubToken !== undefined
          ? `Bearer ${this.#settings.hubToken}`
          : undefined,
      bytes: file.bytes,
      sha256: file.sha256,
      sha256From: 'catalogue',
      gitBlobId: null,
    };
    const isSettled = file.bytes !== null && file.sha256 !== null && !this.#revisionIsOpen;
    return isSettled ? remote : this.#ask(remote, signal);
  }

  get #revisionIsOpen(): boolean {
    return this.#source.kind === 'hub' && this.#revision === undefined;
  }

  #urlOf(file: CatalogFile): string {
    const path = (file.remotePath ?? file.path).split('/').map(encodeURIComponent).join('/');
    if (this.#source.kind === 'http') return new URL(path, this.#source.url).href;
    return `${this.#settings.hubEndpoint}/${this.#source.repo}/resolve/${this.#revision ?? 'main'}/${path}`;
  }

  async #ask(remote: RemoteFile, signal: AbortSignal): Promise<RemoteFile> {
    const { headers, status } = await this.#head(remote, signal);
    // A server without HEAD may still support GET.
    if (status === 405 || status === 501) return remote;
    if (status >= 400) {
      throw new SourceError(`${this.label} responds with ${status} for ${remote.url}`, {
        isAbsence: status === 404,
      });
    }

    const commit = headers.get('x-repo-commit');
    if (this.#revisionIsOpen && commit !== null && /^[0-9a-f]{40}$/.test(commit)) this.#revision = commit;
    const linkedSize = headers.get('x-linked-size');
    const length = status < 300 ? headers.get('content-length') : null;
    const bytes = wholeNumber(linkedSize ?? length);
    const tag = (headers.get('x-linked-etag') ?? headers.get('etag') ?? '')
      .replace(/^W\//, '')
      .replace(/"/g, '');
    const isHub = this.#source.kind === 'hub';
    const sha256 = isHub && /^[0-9a-f]{64}$/.test(tag) ? tag : null;
    const gitBlobId = isHub && /^[0-9a-f]{40}$/.test(tag) ? tag : null;

    if (remote.bytes !== null && bytes !== null && bytes !== remote.bytes) {
      throw new SourceError(`${this.label} has ${bytes} bytes, but the catalogue says ${remote.bytes}`, {
        mismatch: true,
      });
    }
    if (remote.sha256 !== null && sha256 !== null && sha256 !== remote.sha256) {
      throw new SourceError(`the SHA-256 of ${this.label} differs from the catalogue’s`, { mismatch: true });
    }
    return {
      ...remote,
      url: this.#source.kind === 'hub' ? this.#pinned(remote.url) : remote.url,
      bytes: remote.bytes ?? bytes,
      sha256: remote.sha256 ?? sha256,
      sha256From: remote.sha256 === null ? 'hub' : 'catalogue',
      gitBlobId,
    };
  }

  /** The same address at the known commit. */
  #pinned(url: string): string {
    return this.#revision === undefined ? url : url.replace('/resolve/main/', `/resolve/${this.#revision}/`);
  }

  async #head(remote: RemoteFile, signal: AbortSignal): Promise<{ headers: Headers; status: number }> {
    const { fetch, stallTimeoutMs } = this.#settings;
    const stall = new StallTimer(stallTimeoutMs, signal);
    const home = new URL(remote.url).origin;
    const headers = new Headers();
    try {
      const response = await sendRequest(fetch, {
        url: remote.url,
        method: 'HEAD',
        authorization: remote.authorization,
        signal: stall.signal,
        stopAt: (answer, next) => {
          if (this.#source.kind !== 'hub') return false;
          // The hub's headers may differ between the first and the last step of its own redirects.
          collectMetadata(answer.headers, headers);
          return next.origin !== home;
        },
      });
      await response.body?.cancel();
      if (response.status < 300) headers.set('content-length', response.headers.get('content-length') ?? '');
      collectMetadata(response.headers, headers);
      return { headers, status: response.status };
    } catch (error) {
      rethrowCancel(error, signal);
      if (error instanceof SourceError) throw error;
      const reason = stall.stalled ? `no response within ${stallTimeoutMs / 1000} s` : requestFailure(error);
      throw new SourceError(`${this.label} cannot be reached (${reason})`, { cause: error });
    } finally {
      stall.stop();
    }
  }
}

const METADATA = ['x-repo-commit', 'x-linked-size', 'x-linked-etag', 'etag'];

function collectMetadata(from: Headers, into: Headers): void {
  for (const name of METADATA) {
    const value = from.get(name);
    if (value !== null) into.set(name, value);
  }
}

function wholeNumber(text: string | null): number | null {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;
}
