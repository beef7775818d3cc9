/** Encrypts what goes into Redis: AES-256-GCM, with a label that binds a message to its place. */
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { StudioError } from '../contract/errors.ts';
import { isSameSecret } from '../foundation/same-secret.ts';
import type { StudioKey } from './studio-key.ts';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** How much longer a sealed message is than the plain one. */
export const SEAL_BYTES = NONCE_BYTES + TAG_BYTES;

/**
 * @param label where the message belongs, such as `result <job id>`; the same one is needed to open it
 * @returns nonce, tag and ciphertext
 */
export function seal({ encryption }: StudioKey, label: string, plain: Uint8Array): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', encryption, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(label));
  const ciphertext = [cipher.update(plain), cipher.final()];
  return Buffer.concat([nonce, cipher.getAuthTag(), ...ciphertext]);
}

/** @throws StudioError FARM_JOB_REFUSED when it was not sealed with this key and label */
export function open({ encryption }: StudioKey, label: string, sealed: Uint8Array): Buffer {
  try {
    const nonce = sealed.subarray(0, NONCE_BYTES);
    const decipher = createDecipheriv('aes-256-gcm', encryption, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(label));
    decipher.setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
  } catch (cause) {
    throw refused(`The ${label.split(' ')[0]} cannot be decrypted with this studio’s key.`, cause);
  }
}

/** A value as encrypted JSON in base64. */
export function sealJson(key: StudioKey, label: string, value: unknown): string {
  return seal(key, label, Buffer.from(JSON.stringify(value))).toString('base64');
}

/** @throws StudioError FARM_JOB_REFUSED */
export function openJson(key: StudioKey, label: string, sealed: string): unknown {
  return JSON.parse(open(key, label, Buffer.from(sealed, 'base64')).toString('utf8'));
}

/** @returns a name in Redis for something secret: HMAC-SHA256, 40 hexadecimal digits */
export function keyedName({ naming }: StudioKey, what: string): string {
  return createHmac('sha256', naming).update(what).digest('hex').slice(0, 40);
}

/** HMAC-SHA256 in base64. */
export function sign({ signing }: StudioKey, text: string): string {
  return createHmac('sha256', signing).update(text).digest('base64');
}

export function isSignedBy(key: StudioKey, text: string, signature: string): boolean {
  return isSameSecret(signature, sign(key, text));
}

/** @param sentence why, for the log and the client */
export function refused(sentence: string, cause?: unknown): StudioError {
  return new StudioError(
    'FARM_JOB_REFUSED',
    `${sentence} Clients and workers of a farm need the same key file.`,
    { cause },
  );
}
