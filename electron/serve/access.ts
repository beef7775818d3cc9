/**
 * Who may speak to the browser host: a browser that was given the token, under a name that this host goes by, from
 * a page that this host served. Each check holds off another attack: the token any other person or program on the
 * machine, the host's name DNS rebinding, the origin every other page in the same browser.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Names of the machine itself. A tunnel may have another port, so that ports are not looked at. */
const loopbackNames = ['localhost', '127.0.0.1', '[::1]'];

/** Why a request is refused; undefined for one that is not. */
export type Refusal = { readonly status: 401 | 403 | 421; readonly sentence: string } | undefined;

export class Access {
  readonly #token: string;
  readonly #hostNames: ReadonlySet<string>;
  readonly #cookieName: string;

  /**
   * @param hostNames names besides the loopback's that this host may be called by
   * @param port tells hosts on one machine apart: cookies do not know ports
   */
  constructor(hostNames: readonly string[], port: number, token = randomBytes(32).toString('base64url')) {
    this.#token = token;
    this.#hostNames = new Set([...loopbackNames, ...hostNames.map((name) => name.toLowerCase())]);
    this.#cookieName = `pnpmix-${port}`;
  }

  /** The query that lets a browser in, once; afterwards it has the cookie. */
  get query(): string {
    return `token=${this.#token}`;
  }

  get cookie(): string {
    return `${this.#cookieName}=${this.#token}; Path=/; HttpOnly; SameSite=Strict`;
  }

  /** Whether an address carries the token. */
  hasToken(address: URL): boolean {
    return this.#isToken(address.searchParams.get('token') ?? '');
  }

  /** Whether the request calls this host by one of its names. */
  checkHost(request: IncomingMessage): Refusal {
    const name = hostNameOf(request.headers.host);
    if (name !== undefined && this.#hostNames.has(name)) return undefined;
    return { status: 421, sentence: 'This host does not go by that name.' };
  }

  /** Whether the request has the cookie. */
  checkCookie(request: IncomingMessage): Refusal {
    const cookies = (request.headers.cookie ?? '').split(';').map((cookie) => cookie.trim());
    const prefix = `${this.#cookieName}=`;
    if (cookies.some((cookie) => cookie.startsWith(prefix) && this.#isToken(cookie.slice(prefix.length)))) {
      return undefined;
    }
    return { status: 401, sentence: 'Open the address that the program printed when it started.' };
  }

  /**
   * Whether the request comes from a page of this host.
   *
   * @param isRequired for requests that change something: these always name their origin
   */
  checkOrigin(request: IncomingMessage, isRequired: boolean): Refusal {
    const refusal: Refusal = {
      status: 403,
      sentence: 'Requests are taken from this program’s own pages only.',
    };
    const { origin, host } = request.headers;
    const site = request.headers['sec-fetch-site'];
    if (site === 'cross-site' || site === 'same-site') return refusal;
    if (origin === undefined) return isRequired ? refusal : undefined;
    return URL.parse(origin)?.host === host ? undefined : refusal;
  }

  #isToken(given: string): boolean {
    const [a, b] = [Buffer.from(given), Buffer.from(this.#token)];
    return a.length === b.length && timingSafeEqual(a, b);
  }
}

function hostNameOf(host: string | undefined): string | undefined {
  if (host === undefined || /[/@?#\s]/.test(host)) return undefined;
  return URL.parse(`http://${host}`)?.hostname.toLowerCase();
}
