/**
 * Access to the browser host: requests need its key, one of its names, and an origin of its own. Each check prevents
 * another attack: the key other users and programs on the machine, the host's name DNS rebinding, the origin other
 * pages in the same browser.
 *
 * The key itself never travels: cookies reach every other port of the machine, and a page keeps calling a port that
 * another program may have taken meanwhile. Both sides prove that they know it (docs/decisions/0121).
 */
import { createHmac, randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type Challenge, hostProofText, pageProofText, readProofProtocol } from '../contract/access.ts';
import { isSameSecret } from '../foundation/same-secret.ts';

/** Names of the machine itself. A tunnel may have another port, so ports are not checked. */
const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'];

/** How long a challenge can be answered. */
const CHALLENGE_LIFE_MS = 60_000;

const NONCE_BYTES = 18;

/** Why a request is refused; undefined if it is allowed. */
export type Refusal = { readonly status: 401 | 403 | 421; readonly sentence: string } | undefined;

export interface AccessOptions {
  /** The secret shared by page and host; it admits its holder. */
  readonly token: string;
  /** Further host names that browsers may use. */
  readonly hostNames?: readonly string[];
  readonly nowMs?: () => number;
}

export class Access {
  /** Part of the addresses of pictures, together with their hash, while this host runs. */
  readonly assetKey: string = randomBytes(32).toString('base64url');
  readonly #token: string;
  readonly #hostNames: ReadonlySet<string>;
  readonly #nowMs: () => number;
  /** Signs challenges, so that they need not be stored until they are answered. */
  readonly #challengeKey = randomBytes(32);
  /** Answered challenges and when they expire: each is valid for one connection. */
  readonly #answered = new Map<string, number>();

  constructor({ token, hostNames = [], nowMs = Date.now }: AccessOptions) {
    this.#token = token;
    this.#hostNames = new Set([...LOOPBACK_NAMES, ...hostNames.map((name) => name.toLowerCase())]);
    this.#nowMs = nowMs;
  }

  /** Proves this host's identity to a page, and challenges the page. */
  challenge(pageNonce: string): Challenge {
    const body = `${(this.#nowMs() + CHALLENGE_LIFE_MS).toString(36)}.${randomBytes(NONCE_BYTES).toString('base64url')}`;
    const challenge = `${body}.${this.#sign(this.#challengeKey, body)}`;
    return { challenge, proof: this.#sign(this.#token, hostProofText(challenge, pageNonce)) };
  }

  /** Whether a request for a socket answers a challenge of this host. */
  checkProof(request: IncomingMessage): Refusal {
    const refusal: Refusal = {
      status: 401,
      sentence: 'Open the address that the program printed when it started.',
    };
    const answer = readProofProtocol(request.headers['sec-websocket-protocol'] ?? '');
    if (answer === undefined) return refusal;
    const [endsAt = '', nonce = '', mac = ''] = answer.challenge.split('.');
    const nowMs = this.#nowMs();
    const endsAtMs = Number.parseInt(endsAt, 36);
    const isOurs =
      isSameSecret(mac, this.#sign(this.#challengeKey, `${endsAt}.${nonce}`)) && nowMs < endsAtMs;
    const isProved = isSameSecret(answer.proof, this.#sign(this.#token, pageProofText(answer.challenge)));
    for (const [old, oldEndsAtMs] of this.#answered) if (oldEndsAtMs <= nowMs) this.#answered.delete(old);
    if (!isOurs || !isProved || this.#answered.has(answer.challenge)) return refusal;
    this.#answered.set(answer.challenge, endsAtMs);
    return undefined;
  }

  /** Whether the address of a picture has this host's key. */
  checkAssetKey(given: string): Refusal {
    if (isSameSecret(given, this.assetKey)) return undefined;
    return { status: 401, sentence: 'Pictures are served only to pages of the running program.' };
  }

  /** Whether the request uses one of this host's names. */
  checkHost(request: IncomingMessage): Refusal {
    const name = hostNameOf(request.headers.host);
    if (name !== undefined && this.#hostNames.has(name)) return undefined;
    return { status: 421, sentence: 'This host does not have this name. Add it with --host-name.' };
  }

  /**
   * Whether the request comes from a page of this host.
   *
   * @param isRequired for requests that change something: these always state their origin
   */
  checkOrigin(request: IncomingMessage, isRequired: boolean): Refusal {
    const refusal: Refusal = {
      status: 403,
      sentence: 'Only requests of this program’s own pages are accepted.',
    };
    const { origin, host } = request.headers;
    const site = request.headers['sec-fetch-site'];
    if (site === 'cross-site' || site === 'same-site') return refusal;
    if (origin === undefined) return isRequired ? refusal : undefined;
    const url = URL.parse(origin);
    if (url === null || url.host !== host) return refusal;
    return this.#isScheme(url.protocol, url.hostname) ? undefined : refusal;
  }

  /** This host speaks HTTP; for an additional name, a proxy in front may speak TLS. */
  #isScheme(protocol: string, name: string): boolean {
    return protocol === 'http:' || (protocol === 'https:' && !LOOPBACK_NAMES.includes(name));
  }

  #sign(key: string | Buffer, text: string): string {
    return createHmac('sha256', key).update(text).digest('base64url');
  }
}

function hostNameOf(host: string | undefined): string | undefined {
  // As browsers send it: a name or an address, optionally with a port.
  const found = /^(\[[\da-f:.]+\]|[a-z\d.-]+)(?::\d{1,5})?$/i.exec(host ?? '');
  return found?.[1]?.toLowerCase();
}
