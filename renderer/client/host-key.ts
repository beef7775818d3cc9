/**
 * This browser's key of the host, derived from the token in the printed address. It is stored for the page's origin,
 * so that other tabs and later visits have it; scripts can prove with it that they know the token, but cannot read it
 * (docs/decisions/0121).
 */
import {
  type Challenge,
  challengeSchema,
  hostProofText,
  pageProofText,
  proofProtocols,
} from '../../electron/contract/access.ts';

const DATABASE = 'pnp-mix-studio.host';
const STORE = 'keys';
const NAME = 'token';
const NONCE_BYTES = 18;

/**
 * Stores the token of an address, if any.
 *
 * @returns whether there was one
 * @throws DOMException when the browser stores nothing for this page, such as with all cookies blocked
 */
export async function keepToken(address: URL): Promise<boolean> {
  const token = new URLSearchParams(address.hash.slice(1)).get('token');
  if (!token) return false;
  const key = await crypto.subtle.importKey(
    'raw',
    new TextEncoder().encode(token),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['sign'],
  );
  await inStore('readwrite', (store) => store.put(key, NAME));
  return true;
}

/** The stored key; undefined if this browser never had the address with the token. @throws DOMException as above */
export function keptKey(): Promise<CryptoKey | undefined> {
  return inStore('readonly', (store) => store.get(NAME) as IDBRequest<CryptoKey | undefined>);
}

/**
 * Requests a challenge and answers it.
 *
 * @param challengeUrl the host's address for challenges
 * @returns the subprotocols for the socket; undefined when the host does not know the same token
 * @throws TypeError when there is no response; TypeError or ZodError when it is not one of a host; the signal's reason
 */
export async function answerChallenge(
  key: CryptoKey,
  challengeUrl: URL,
  signal: AbortSignal,
): Promise<string[] | undefined> {
  const nonce = base64url(crypto.getRandomValues(new Uint8Array(NONCE_BYTES)));
  const url = new URL(challengeUrl);
  url.searchParams.set('page', nonce);
  const response = await fetch(url, { signal });
  if (!response.ok) throw new TypeError(`The host answered ${response.status}.`);
  const { challenge, proof }: Challenge = challengeSchema.parse(await response.json());
  // Another program may use this port now: send it nothing.
  if (proof !== (await sign(key, hostProofText(challenge, nonce)))) return undefined;
  return proofProtocols({ challenge, proof: await sign(key, pageProofText(challenge)) });
}

async function sign(key: CryptoKey, text: string): Promise<string> {
  return base64url(new Uint8Array(await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(text))));
}

function base64url(bytes: Uint8Array): string {
  return bytes.toBase64({ alphabet: 'base64url', omitPadding: true });
}

/** Runs one request on the store, which is created if missing. */
async function inStore<Result>(
  mode: IDBTransactionMode,
  run: (store: IDBObjectStore) => IDBRequest<Result>,
): Promise<Result> {
  const opening = indexedDB.open(DATABASE, 1);
  opening.addEventListener('upgradeneeded', () => opening.result.createObjectStore(STORE));
  const database = await settled(opening);
  try {
    return await settled<Result>(run(database.transaction(STORE, mode).objectStore(STORE)));
  } finally {
    database.close();
  }
}

function settled<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error));
  });
}
