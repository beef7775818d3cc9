/**
 * Where the window was: read when it opens, and written while it is moved or resized rather than at the end, so that a
 * crash does not lose it. The file is replaced as a whole.
 */
import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { writeFileAtomically } from '../../foundation/files/atomic-write.ts';

/** In the desktop's own pixels. */
export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface WindowState {
  /** null: where the system puts it. */
  readonly place: Rectangle | null;
  readonly isMaximized: boolean;
}

const stateSchema = z.strictObject({
  place: z.strictObject({ x: z.int(), y: z.int(), width: z.int().positive(), height: z.int().positive() }),
  isMaximized: z.boolean(),
});

const FIRST: WindowState = { place: null, isMaximized: false };

/** How much of a title bar must be on a display, so that the window can be moved back, in pixels. */
const REACHABLE_PX = { width: 120, height: 32 };

/**
 * Reads the state; a window opens at its usual place when there is none, or when the file is damaged.
 *
 * @param displays the working areas of the displays that are there now
 */
export function readWindowState(file: string, displays: readonly Rectangle[]): WindowState {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    // Unreadable or not there: nothing of the user's work depends on it.
    if (error instanceof Error && 'code' in error) return FIRST;
    throw error;
  }
  const parsed = stateSchema.safeParse(parsedJson(text));
  if (!parsed.success) return FIRST;
  const { place, isMaximized } = parsed.data;
  return { place: isReachable(place, displays) ? place : null, isMaximized };
}

/** @throws StudioError DISK_FULL and others of a write */
export async function writeWindowState(file: string, place: Rectangle, isMaximized: boolean): Promise<void> {
  await writeFileAtomically(file, JSON.stringify({ place, isMaximized }));
}

/** Whether the window's title bar can be grabbed: a display may have been unplugged. */
function isReachable({ x, y, width }: Rectangle, displays: readonly Rectangle[]): boolean {
  return displays.some((display) => {
    const right = Math.min(x + width, display.x + display.width);
    const seen = right - Math.max(x, display.x);
    return (
      seen >= REACHABLE_PX.width && y >= display.y && y + REACHABLE_PX.height <= display.y + display.height
    );
  });
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
