/** The mask workbench with a fake library and host, for tests that paint on it. */
import { beforeAll, beforeEach } from 'vitest';
import type { AssetId } from '../../../electron/contract/render-request.ts';
import { CONCEPT_COLOURS, type DocumentConcept } from '../../../electron/contract/scene-document.ts';
import type { MaskLibrary } from '../../../renderer/canvas/mask-library.ts';
import { MaskWorkbench } from '../../../renderer/canvas/mask-workbench.ts';
import type { MaskChange } from '../../../renderer/canvas/workbench-events.ts';
import { operateOnMask } from '../../../renderer/editor/mask-operations.ts';
import { copyPlane, coverageOf, type MaskPlane } from '../../../renderer/editor/mask-plane.ts';
import { resamplePlane } from '../../../renderer/editor/resample-plane.ts';
import type { SmartSelection, ToolInput } from '../../../renderer/editor/tools/tool.ts';
import type { Size } from '../../../renderer/editor/view-transform.ts';
import { documentConcept } from '../session/document-concept.ts';
import { stubCanvas } from './canvas-stubs.ts';

const SIZE = { width: 32, height: 32 };

interface Play {
  workbench: MaskWorkbench;
  concepts: DocumentConcept[];
  saves: { targetId: string; change: MaskChange; coverage: number }[];
  questions: { targetId: string; selection: SmartSelection; answer: () => void }[];
  failures: unknown[];
  nextSave: Promise<void> | undefined;
  /** Until when a mask is being read. */
  reading: Record<AssetId, Promise<unknown>>;
}

export const play = {} as Play;
/** Masks by name, as a host stores them. */
let masks: Map<AssetId, MaskPlane>;

export function follow(activeId: string | null = 'cat', size = SIZE): void {
  play.workbench.follow(play.concepts, size, activeId);
}

export function feed(kind: 'down' | 'move' | 'up' | 'double', x: number, y: number): void {
  const input: ToolInput = {
    kind,
    pointer: { x, y, pressure: 0.5, isPen: false, shift: false, alt: false },
  };
  play.workbench.input(input);
}

export function stroke(): void {
  feed('down', 10, 10);
  feed('move', 20, 10);
}

/** Waits until every pending promise has settled. */
export const settled = () => new Promise((resolve) => setImmediate(resolve));

export function name(plane: MaskPlane): AssetId {
  const id = String(masks.size + 1).padStart(64, '0');
  masks.set(id, plane);
  return id;
}

/** Makes a new workbench for each test of the file. */
export function playWorkbench(): void {
  beforeAll(stubCanvas);

  beforeEach(() => {
    masks = new Map();
    play.saves = [];
    play.questions = [];
    play.failures = [];
    play.nextSave = undefined;
    play.reading = {};
    play.concepts = [documentConcept('cat'), documentConcept('dog', { colour: CONCEPT_COLOURS[1] })];
    const library = {
      load: async (id: AssetId, size: Size) => {
        await play.reading[id];
        const plane = masks.get(id);
        if (!plane) throw new Error('not there');
        return resamplePlane(plane, size);
      },
      remember: () => {},
      operate: async (plane: MaskPlane, operation: Parameters<MaskLibrary['operate']>[1]) =>
        operateOnMask(copyPlane(plane), operation),
    } as unknown as MaskLibrary;
    play.workbench = new MaskWorkbench(library, {
      saveMask: async (targetId, made, change) => {
        const save = { targetId, change, coverage: Number.NaN };
        play.saves.push(save);
        const plane = made instanceof Promise ? await made : made;
        save.coverage = coverageOf(plane);
        const id = name(plane);
        // A later request is later in the history, however long the earlier one takes.
        if (play.saves.findLast((other) => other.targetId === targetId) === save) {
          play.concepts = play.concepts.map((one) => (one.id === targetId ? { ...one, mask: id } : one));
        }
        await play.nextSave;
        return id;
      },
      currentMask: (id) => play.concepts.find((one) => one.id === id)?.mask ?? null,
      select: (targetId, selection) =>
        new Promise((resolve) => play.questions.push({ targetId, selection, answer: resolve })),
      fail: (error) => play.failures.push(error),
    });
    play.workbench.setSettings({ brushSizePx: 6, hardness: 1 });
    follow();
  });
}
