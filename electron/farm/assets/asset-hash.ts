/** Names a picture by its content. */
import { createHash } from 'node:crypto';
import type { AssetId } from '../../contract/render-request.ts';

/** SHA-256 of a file's bytes, lower-case hexadecimal. */
export function hashOf(bytes: Uint8Array): AssetId {
  return createHash('sha256').update(bytes).digest('hex');
}
