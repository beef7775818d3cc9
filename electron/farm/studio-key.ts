/**
 * The studio's key: what clients and workers of a farm share and Redis never sees. Everything that they write into
 * Redis is encrypted and signed with keys derived from it.
 */
import { hkdfSync, randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { StudioError } from '../contract/errors.ts';

const KEY_BYTES = 32;

/** Keys for each purpose, and a public name. */
export interface StudioKey {
  /** Separates studios that share a Redis; reveals nothing about the key. */
  readonly studioId: string;
  /** 32 bytes for AES-256-GCM. */
  readonly encryption: Buffer;
  /** 32 bytes for HMAC-SHA256 over jobs. */
  readonly signing: Buffer;
  /** 32 bytes for HMAC-SHA256 that turns hashes of pictures and requests into names in Redis. */
  readonly naming: Buffer;
}

/** @param secret 32 random bytes */
export function deriveStudioKey(secret: Uint8Array): StudioKey {
  // HKDF (RFC 5869) without a salt: the secret is uniformly random.
  const derive = (purpose: string, bytes = KEY_BYTES) =>
    Buffer.from(hkdfSync('sha256', secret, new Uint8Array(), `PnP-MIX farm 1: ${purpose}`, bytes));
  return {
    studioId: derive('studio id', 8).toString('hex'),
    encryption: derive('encryption'),
    signing: derive('signing'),
    naming: derive('naming'),
  };
}

/** @throws StudioError FARM_KEY_INVALID when the file is missing or holds no key */
export async function readStudioKey(path: string): Promise<StudioKey> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new StudioError(
      'FARM_KEY_INVALID',
      `The studio key ${path} cannot be read. Make one with "npx pnpmix farm key --out ${path}", or copy the one ` +
        'that the farm’s workers use.',
      { cause },
    );
  }
  const secret = Buffer.from(text.trim(), 'base64');
  if (secret.length === KEY_BYTES && secret.toString('base64') === text.trim())
    return deriveStudioKey(secret);
  throw new StudioError('FARM_KEY_INVALID', `${path} is not a studio key: it must hold 32 bytes in base64.`);
}

/**
 * Writes a new key that only this user can read.
 *
 * @throws StudioError OUTPUT_EDITED when the file exists: the farm's workers may use that key
 */
export async function createStudioKey(path: string): Promise<void> {
  try {
    await writeFile(path, `${randomBytes(KEY_BYTES).toString('base64')}\n`, { mode: 0o600, flag: 'wx' });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
    throw new StudioError(
      'OUTPUT_EDITED',
      `${path} exists already. Without it, nobody can read the farm’s jobs: move it away first.`,
      { cause },
    );
  }
}
