/** Damages bytes: truncates them, changes some, or doubles, drops or inserts a piece. */
import * as fc from 'fast-check';

/** @param whole at least one byte */
export function garbled(whole: Uint8Array): fc.Arbitrary<Buffer> {
  const at = fc.nat(whole.length - 1);
  const cut = at.map((length) => Buffer.from(whole.subarray(0, length)));
  const changed = fc.array(fc.tuple(at, fc.nat(255)), { minLength: 1, maxLength: 20 }).map((changes) => {
    const bytes = Buffer.from(whole);
    for (const [place, value] of changes) bytes[place] = value;
    return bytes;
  });
  const piece = (make: (before: Uint8Array, taken: Uint8Array, behind: Uint8Array) => Uint8Array[]) =>
    fc.tuple(at, at).map(([one, other]) => {
      const [from, to] = [Math.min(one, other), Math.max(one, other)];
      return Buffer.concat(make(whole.subarray(0, from), whole.subarray(from, to), whole.subarray(to)));
    });
  const lost = piece((before, _, behind) => [before, behind]);
  const doubled = piece((before, taken, behind) => [before, taken, taken, behind]);
  const put = fc
    .tuple(at, fc.uint8Array({ minLength: 1, maxLength: 100 }))
    .map(([place, more]) => Buffer.concat([whole.subarray(0, place), more, whole.subarray(place)]));
  return fc
    .oneof(cut, { weight: 3, arbitrary: changed }, lost, doubled, put)
    .filter(({ length }) => length > 0);
}

/** The same for text; invalid UTF-8 becomes replacement characters. */
export function garbledText(whole: string): fc.Arbitrary<string> {
  return garbled(Buffer.from(whole)).map((bytes) => bytes.toString('utf8'));
}
