import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isEdited } from '../../../../electron/main/windows/edited-title.ts';
import { readWindowState, writeWindowState } from '../../../../electron/main/windows/window-state.ts';

const DISPLAY = { x: 0, y: 0, width: 1920, height: 1080 };
const NONE = { place: null, isMaximized: false };

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pnpmix-window-'));
  file = join(folder, 'window.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the place of the window', () => {
  it('comes back as it was written', async () => {
    const place = { x: 30, y: 40, width: 1200, height: 800 };
    await writeWindowState(file, place, true);
    expect(readWindowState(file, [DISPLAY])).toEqual({ place, isMaximized: true });
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ place, isMaximized: true });
  });

  it('is the system’s choice without a file, with a damaged one, and with one of another kind', () => {
    expect(readWindowState(file, [DISPLAY])).toEqual(NONE);
    for (const text of ['', '{"place":', '{"place":{"x":1}}', '[]']) {
      writeFileSync(file, text);
      expect(readWindowState(file, [DISPLAY])).toEqual(NONE);
    }
  });

  it('is not where no display is any more', async () => {
    const second = { x: 1920, y: 0, width: 1280, height: 1024 };
    await writeWindowState(file, { x: 2000, y: 10, width: 900, height: 700 }, false);
    expect(readWindowState(file, [DISPLAY, second]).place).not.toBeNull();
    expect(readWindowState(file, [DISPLAY]).place).toBeNull();
    // Its title bar is above the display, or only its edge is on it.
    await writeWindowState(file, { x: 10, y: -40, width: 900, height: 700 }, false);
    expect(readWindowState(file, [DISPLAY]).place).toBeNull();
    await writeWindowState(file, { x: 1900, y: 10, width: 900, height: 700 }, false);
    expect(readWindowState(file, [DISPLAY]).place).toBeNull();
  });
});

it('a title with the mark of unsaved changes is edited', () => {
  expect(isEdited('● Beach – PnP-MIX Studio')).toBe(true);
  expect(isEdited('Beach – PnP-MIX Studio')).toBe(false);
});
