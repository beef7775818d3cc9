/** HTTP requests whose redirects are followed here, so that a token stays with the host that it is for. */
import { StudioError } from '../contract/errors.ts';

const MAX_REDIRECTS = 10;

/** This source cannot give this file; another may. */
export class SourceError extends Error {
  override readonly name = 'SourceError';
  /** Whether the source gave something that is not what the catalogue or the hub says. */
  readonly mismatch: boolean;
  /** Whether the source can be reached and says that it has no such file. */
  readonly isAbsence: boolean;

  constructor(message: string, options?: { cause?: unknown; mismatch?: boolean; isAbsence?: boolean }) {
    super(message, options);
    this.mismatch = options?.mismatch ?? false;
    this.isAbsence = options?.isAbsence ?? false;
  }
}

export interface HttpRequest {
  readonly url: string;
  readonly method: 'GET' | 'HEAD';
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent to the address's own origin only, never to one that it redirects to. */
  readonly authorization?: string | undefined;
  readonly signal: AbortSignal;
  /** Called with each answer that redirects; true ends there, with that answer. */
  readonly stopAt?: (response: Response, next: URL) => boolean;
}

/**
 * Sends a request and follows redirects.
 *
 * @returns the first answer that is no redirect, its body unread
 * @throws SourceError for redirects that go nowhere, round in circles, from https to http or to no web address
 */
export async function sendRequest(
  fetchPage: typeof fetch,
  { url, method, headers, authorization, signal, stopAt }: HttpRequest,
): Promise<Response> {
  const first = new URL(url);
  let current = first;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const response = await fetchPage(current, {
      method,
      headers: {
        // A compressed answer has no byte positions that Range could name.
        'accept-encoding': 'identity',
        'user-agent': 'pnp-mix-studio',
        ...headers,
        ...(authorization !== undefined && current.origin === first.origin ? { authorization } : {}),
      },
      redirect: 'manual',
      cache: 'no-store',
      signal,
    });
    if (response.status < 300 || response.status >= 400 || response.status === 304) return response;
    const location = response.headers.get('location');
    const next = location === null ? null : URL.parse(location, current.href);
    if (next === null) {
      await response.body?.cancel();
      throw new SourceError(`${current.host} redirects without saying where to`);
    }
    if (stopAt?.(response, next)) return response;
    await response.body?.cancel();
    if (next.protocol !== 'https:' && next.protocol !== current.protocol) {
      const from = current.protocol.replace(':', '');
      throw new SourceError(`${current.host} redirects from ${from} to ${next.protocol}//${next.host}`);
    }
    if (next.protocol !== 'https:' && next.protocol !== 'http:') {
      throw new SourceError(`${current.host} redirects to ${next.protocol}`);
    }
    current = next;
  }
  throw new SourceError(`${first.host} redirects more than ${MAX_REDIRECTS} times`);
}

/** A signal that fires when nothing happened for a while; `touch` says that something did. */
export class StallTimer {
  readonly #controller = new AbortController();
  readonly #timeoutMs: number;
  #timer: NodeJS.Timeout;
  readonly signal: AbortSignal;

  constructor(timeoutMs: number, outer: AbortSignal) {
    this.#timeoutMs = timeoutMs;
    this.signal = AbortSignal.any([outer, this.#controller.signal]);
    this.#timer = this.#start();
  }

  get stalled(): boolean {
    return this.#controller.signal.aborted;
  }

  touch(): void {
    clearTimeout(this.#timer);
    this.#timer = this.#start();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #start(): NodeJS.Timeout {
    return setTimeout(() => this.#controller.abort(new Error('stalled')), this.#timeoutMs);
  }
}

/** @throws StudioError CANCELLED when it was the caller who ended the request */
export function rethrowCancel(error: unknown, signal: AbortSignal): void {
  if (signal.aborted) throw new StudioError('CANCELLED', 'Cancelled.', { cause: error });
}

/** One line on why a request failed; undici hides the reason in the cause. */
export function requestFailure(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const { code } = cause as NodeJS.ErrnoException;
  return cause instanceof Error ? (code ?? cause.message) : String(cause);
}
