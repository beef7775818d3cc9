/**
 * How a page and the browser host prove to each other that they know the token, without sending it
 * (docs/decisions/0121):
 *
 * 1. `GET /challenge?page=NONCE` answers with a challenge and the host's proof over both.
 * 2. The page opens `/socket` with its own proof over the challenge, as a subprotocol.
 * 3. The first message over the socket gives the key for the addresses of pictures.
 *
 * A proof is the HMAC-SHA-256 of a text under the token's characters, in base64url.
 */
import * as z from 'zod';

const base64url = z.string().regex(/^[\w-]{16,100}$/);

/** The random number that the page chooses. */
export const pageNonceSchema = base64url;

export const challengeSchema = z.strictObject({
  challenge: z.string().regex(/^[\w.-]{16,200}$/),
  proof: base64url,
});
export type Challenge = z.infer<typeof challengeSchema>;

/** The host's first message over a socket. */
export const welcomeMessageSchema = z.strictObject({
  /** Pictures have the addresses /assets/KEY/SHA-256, as long as the host runs. */
  assetKey: base64url,
});

/** The subprotocol that the host chooses; the other that the page names is its proof. */
export const SOCKET_PROTOCOL = 'pnp-mix-studio';

const PROOF_PREFIX = 'proof.';

/** The text that the host's proof signs. */
export function hostProofText(challenge: string, pageNonce: string): string {
  return `host ${challenge} ${pageNonce}`;
}

/** The text that the page's proof signs. */
export function pageProofText(challenge: string): string {
  return `page ${challenge}`;
}

/** The subprotocols with which the page opens the socket. */
export function proofProtocols({ challenge, proof }: Challenge): string[] {
  return [SOCKET_PROTOCOL, `${PROOF_PREFIX}${proof}.${challenge}`];
}

/** The page's answer in the header Sec-WebSocket-Protocol; undefined when there is none. */
export function readProofProtocol(header: string): Challenge | undefined {
  const protocols = header.split(',').map((name) => name.trim());
  const proof = protocols.find((name) => name.startsWith(PROOF_PREFIX))?.slice(PROOF_PREFIX.length);
  if (proof === undefined || !protocols.includes(SOCKET_PROTOCOL)) return undefined;
  const at = proof.indexOf('.');
  return challengeSchema.safeParse({ proof: proof.slice(0, at), challenge: proof.slice(at + 1) }).data;
}
