import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { safeFileName } from '../../../../electron/projects/export/file-name.ts';

describe('safeFileName', () => {
  it.each([
    ['My cat', 'My cat'],
    ['../../etc/passwd', 'etc passwd'],
    ['C:\\Windows\\x', 'C Windows x'],
    ['con', '_con'],
    ['COM1.png', '_COM1.png'],
    ['...', 'concept'],
    [' . ', 'concept'],
    ['Katze 🐈 im Café', 'Katze 🐈 im Café'],
    ['a\0b\nc', 'a b c'],
    ['ends with a dot.', 'ends with a dot'],
  ])('%j', (text, expected) => {
    expect(safeFileName(text, 'concept')).toBe(expected);
  });

  it('never leaves a separator, a hidden name, an empty one or a long one', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const name = safeFileName(text, 'x');
        expect(name).toMatch(/^[^./\\: ][^/\\:*?"<>|\0]*$/u);
        expect(name).toBe(name.trimEnd());
        expect(Array.from(name).length).toBeLessThanOrEqual(81);
      }),
    );
  });
});
