import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_NAME_BYTES, safeFileName } from '../../../../electron/projects/export/file-name.ts';

describe('safeFileName', () => {
  it.each([
    ['My cat', 'My cat'],
    ['../../etc/passwd', 'etc passwd'],
    ['C:\\Windows\\x', 'C Windows x'],
    ['con', '_con'],
    ['COM1.png', '_COM1.png'],
    ['Lpt² .x', '_Lpt² .x'],
    ['CONIN$', '_CONIN$'],
    ['comic', 'comic'],
    ['...', 'concept'],
    [' . ', 'concept'],
    ['Katze 🐈 im Café', 'Katze 🐈 im Café'],
    ['a\0b\nc', 'a b c'],
    ['ends with a dot.', 'ends with a dot'],
  ])('%j', (text, expected) => {
    expect(safeFileName(text, 'concept')).toBe(expected);
  });

  it('never leaves a separator, a hidden, empty or long name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const name = safeFileName(text, 'x');
        expect(name).toMatch(/^[^./\\: ][^/\\:*?"<>|\0]*$/u);
        expect(name).toBe(name.trimEnd());
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(MAX_NAME_BYTES);
      }),
    );
  });

  it('counts bytes, and cuts between grapheme clusters', () => {
    expect(safeFileName('가'.repeat(100), 'x')).toBe('가'.repeat(66));
    expect(safeFileName('가'.repeat(100).normalize('NFD'), 'x')).toBe('가'.repeat(66));
    // A family of four is one cluster of 25 bytes; an accent without a precomposed letter stays with its letter.
    expect(safeFileName('👨‍👩‍👧‍👦'.repeat(20), 'x', 60)).toBe('👨‍👩‍👧‍👦'.repeat(2));
    expect(safeFileName(`${'x'.repeat(58)}q\u0323`, 'x', 60)).toBe('x'.repeat(58));
    // Nothing of it fits.
    expect(safeFileName(`a${'\u0323'.repeat(500)}`, 'fallback')).toBe('fallback');
  });
});
