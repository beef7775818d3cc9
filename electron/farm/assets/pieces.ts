/** Cuts a stream of bytes into pieces of one size. */

/**
 * @param pieces in order, of any sizes
 * @returns pieces of `bytes` each, the last one of 1 to `bytes`; never more than one of each kind is in memory
 */
export async function* piecesOf(
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  bytes: number,
): AsyncGenerator<Buffer> {
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  for await (const piece of pieces) {
    for (let start = 0; start < piece.length; ) {
      const part = piece.subarray(start, start + bytes - pendingBytes);
      pending.push(part);
      pendingBytes += part.length;
      start += part.length;
      if (pendingBytes < bytes) continue;
      yield Buffer.concat(pending);
      [pending, pendingBytes] = [[], 0];
    }
  }
  if (pendingBytes > 0) yield Buffer.concat(pending);
}
