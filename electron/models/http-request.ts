/** HTTP requests with their own handling of redirects, so that a token is only sent to its host. */
import { StudioError } from '../contract/errors.ts';

const MAX_REDIRECTS = 10;

/** This source cannot provide this file; another may. */
export class SourceError extends Error {
  override readonly name = 'SourceError';
  /** Whether the source's file differs from the catalogue or the hub's metadata. */
  readonly mismatch: boolean;
  /** Whether the source responded that it does not have the file. */
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
  /** Sent only to the address's own origin, never to the target of a redirect. */
  readonly authorization?: string | undefined;
  readonly signal: AbortSignal;
  /** Called with each redirect; true stops there and returns it. */
  readonly stopAt?: (response: Response, next: URL) => boolean;
}

/**
 * Sends a request and follows redirects.
 *
 * @returns the first response that is not a redirect, its body unread
 * @throws SourceError for redirects without a target, in a circle, from https to http or to a non-web address
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
        // Range does not work with compressed responses.
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
      throw new SourceError(`${current.host} redirects without a target`);
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

/** A signal that fires after a period without `touch`. */
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

/** @throws StudioError CANCELLED if the caller aborted the request */
export function rethrowCancel(error: unknown, signal: AbortSignal): void {
  if (signal.aborted) throw new StudioError('CANCELLED', 'Cancelled.', { cause: error });
}

/** Why a request failed, in one line; undici hides the reason in the cause. */
export function requestFailure(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const { code } = cause as NodeJS.ErrnoException;
  return cause instanceof Error ? (code ?? cause.message) : String(cause);
}
