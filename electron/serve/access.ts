/**
 * Access to the browser host: a page that knows its key, under a name of this host, from a page that this host
 * served. Each check holds off another attack: the key any other person or program on the machine, the host's name DNS
 * rebinding, the origin every other page in the same browser.
 *
 * The key itself never travels: cookies reach every other port of the machine, and a page goes on calling a port that
 * another program may have taken meanwhile. Both ends prove that they know it (docs/decisions/0121).
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type Challenge, hostProofText, pageProofText, readProofProtocol } from '../contract/access.ts';

/** Names of the machine itself. A tunnel may have another port, so that ports are not looked at. */
const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'];

/** How long a challenge can be answered. */
const CHALLENGE_LIFE_MS = 60_000;

const NONCE_BYTES = 18;

/** Why a request is refused; undefined for one that is not. */
export type Refusal = { readonly status: 401 | 403 | 421; readonly sentence: string } | undefined;

export interface AccessOptions {
  /** What the page and the host both know; it admits its holder. */
  readonly token: string;
  /** Names besides the loopback's that browsers may call this host by. */
  readonly hostNames?: readonly string[];
  readonly nowMs?: () => number;
}

export class Access {
  /** Names pictures together with their hash, for as long as this host runs. */
  readonly assetKey: string = randomBytes(32).toString('base64url');
  readonly #token: string;
  readonly #hostNames: ReadonlySet<string>;
  readonly #nowMs: () => number;
  /** Makes challenges that need not be kept until somebody answers them. */
  readonly #challengeKey = randomBytes(32);
  /** Challenges that were answered rightly, and when they end: each is good for one connection. */
  readonly #answered = new Map<string, number>();

  constructor({ token, hostNames = [], nowMs = Date.now }: AccessOptions) {
    this.#token = token;
    this.#hostNames = new Set([...LOOPBACK_NAMES, ...hostNames.map((name) => name.toLowerCase())]);
    this.#nowMs = nowMs;
  }

  /** Proves to a page that this is the host that it knows, and asks it for the same. */
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
    const isOurs = isSame(mac, this.#sign(this.#challengeKey, `${endsAt}.${nonce}`)) && nowMs < endsAtMs;
    const isProved = isSame(answer.proof, this.#sign(this.#token, pageProofText(answer.challenge)));
    for (const [old, oldEndsAtMs] of this.#answered) if (oldEndsAtMs <= nowMs) this.#answered.delete(old);
    if (!isOurs || !isProved || this.#answered.has(answer.challenge)) return refusal;
    this.#answered.set(answer.challenge, endsAtMs);
    return undefined;
  }

  /** Whether the address of a picture has the key that pages of this host are given. */
  checkAssetKey(given: string): Refusal {
    if (isSame(given, this.assetKey)) return undefined;
    return { status: 401, sentence: 'Pictures are given to pages of the running program only.' };
  }

  /** Whether the request calls this host by one of its names. */
  checkHost(request: IncomingMessage): Refusal {
    const name = hostNameOf(request.headers.host);
    if (name !== undefined && this.#hostNames.has(name)) return undefined;
    return { status: 421, sentence: 'This host does not have that name. Add it with --host-name.' };
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
    const url = URL.parse(origin);
    if (url === null || url.host !== host) return refusal;
    return this.#isScheme(url.protocol, url.hostname) ? undefined : refusal;
  }

  /** This host speaks HTTP; in front of a name that it was given, something else may speak TLS. */
  #isScheme(protocol: string, name: string): boolean {
    return protocol === 'http:' || (protocol === 'https:' && !LOOPBACK_NAMES.includes(name));
  }

  #sign(key: string | Buffer, text: string): string {
    return createHmac('sha256', key).update(text).digest('base64url');
  }
}

function isSame(given: string, known: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(known)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function hostNameOf(host: string | undefined): string | undefined {
  // As browsers send it: a name or an address, and perhaps a port.
  const found = /^(\[[\da-f:.]+\]|[a-z\d.-]+)(?::\d{1,5})?$/i.exec(host ?? '');
  return found?.[1]?.toLowerCase();
}
