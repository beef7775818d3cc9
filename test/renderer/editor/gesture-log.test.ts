/** The gestures that a page stores: they give the same pixels, never twice, and never on another mask. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  GestureLog,
  missingGestures,
  type RecordedGesture,
  replayGesture,
} from '../../../renderer/editor/gesture-log.ts';
import { coverageOf, maskPlane } from '../../../renderer/editor/mask-plane.ts';
import { MaskSession } from '../../../renderer/editor/mask-session.ts';
import type { ToolInput } from '../../../renderer/editor/tools/tool.ts';
import { endOf, type ToolName, ToolRunner } from '../../../renderer/editor/tools/tools.ts';

const size = { width: 48, height: 48 };
const settings = {
  brushSizePx: 9,
  hardness: 0.5,
  pressureSize: true,
  pressureOpacity: false,
  tiltSize: false,
  scale: 1,
};
const pointer = (x: number, y: number, alt = false) => ({
  x,
  y,
  alt,
  shift: false,
  pressure: 0.5,
  isPen: false,
});

/** A mask that a tool works on, and its log. */
function bench() {
  const session = new MaskSession(maskPlane(size.width, size.height));
  const log = new GestureLog();
  const recorded: RecordedGesture[] = [];
  const feed = (runner: ToolRunner, input: ToolInput) => {
    for (const effect of runner.step(input, {
      ...settings,
      size,
      maskBounds: session.bounds,
    })) {
      if (effect.kind === 'commit') {
        recorded.push(
          log.finish({ targetId: 'a', size, base: null, label: effect.label, isCutShort: false }),
        );
        session.commit();
      } else if (effect.kind === 'revert') {
        log.drop();
        session.revert();
      } else if (effect.kind !== 'outline' && effect.kind !== 'select' && effect.kind !== 'mark') {
        log.add(effect);
        session.paint(effect);
      }
    }
  };
  return { session, log, recorded, feed };
}

const drawing = ['brush', 'eraser', 'lasso', 'polygon', 'rectangle', 'ellipse', 'fill', 'move'] as const;

describe('a recorded gesture', () => {
  it('paints the same pixels again, whatever the tools and however they were ended', () => {
    const coordinate = fc.integer({ min: -4, max: 52 });
    const gesture = fc.record({
      tool: fc.constantFrom<ToolName>(...drawing),
      path: fc.array(fc.tuple(coordinate, coordinate), { minLength: 1, maxLength: 6 }),
      alt: fc.boolean(),
      end: fc.constantFrom('lifted', 'cut short', 'cancelled'),
    });
    fc.assert(
      fc.property(fc.array(gesture, { maxLength: 8 }), (gestures) => {
        const { session, recorded, feed } = bench();
        for (const { tool, path, alt, end } of gestures) {
          const runner = new ToolRunner(tool);
          const [first, ...rest] = path.map(([x, y]) => pointer(x, y, alt));
          feed(runner, { kind: 'down', pointer: first! });
          for (const each of rest) {
            feed(runner, { kind: tool === 'polygon' ? 'down' : 'move', pointer: each });
          }
          const last = [first!, ...rest].at(-1)!;
          if (end === 'cancelled') feed(runner, { kind: 'cancel' });
          else if (end === 'lifted') feed(runner, { kind: 'up', pointer: last });
          else feed(runner, endOf(tool, last)!);
          feed(runner, { kind: 'cancel' });
        }
        const again = new MaskSession(maskPlane(size.width, size.height));
        // As read from the browser's storage.
        for (const one of JSON.parse(JSON.stringify(recorded)) as RecordedGesture[]) {
          replayGesture(again, one);
          again.commit();
        }
        expect(again.shown.data).toEqual(session.shown.data);
      }),
    );
  });

  it('keeps only the last position of a move', () => {
    const { recorded, feed } = bench();
    const rectangle = new ToolRunner('rectangle');
    feed(rectangle, { kind: 'down', pointer: pointer(4, 4) });
    feed(rectangle, { kind: 'up', pointer: pointer(20, 20) });
    const move = new ToolRunner('move');
    feed(move, { kind: 'down', pointer: pointer(12, 12) });
    for (let x = 13; x < 30; x++) feed(move, { kind: 'move', pointer: pointer(x, 12) });
    feed(move, { kind: 'up', pointer: pointer(30, 12) });
    expect(recorded.map(({ effects }) => effects.length)).toEqual([1, 1]);
  });

  it('has no end for smart select: a proposal is not painted', () => {
    expect(endOf('select', pointer(1, 1))).toBeUndefined();
  });

  it('starts the next gesture empty, after a discarded one too', () => {
    const { session, log, recorded, feed } = bench();
    const brush = new ToolRunner('brush');
    feed(brush, { kind: 'down', pointer: pointer(10, 10) });
    feed(brush, { kind: 'cancel' });
    feed(brush, { kind: 'down', pointer: pointer(40, 40) });
    feed(brush, { kind: 'up', pointer: pointer(40, 40) });
    const again = new MaskSession(maskPlane(size.width, size.height));
    replayGesture(again, recorded[0]!);
    expect(again.shown.data).toEqual(session.shown.data);
    expect(coverageOf(again.shown)).toBeGreaterThan(0);
    expect(log.unsaved).toEqual([]);
  });
});

describe('the log', () => {
  it('holds what was sent, with its mask once that has a name, until everything has arrived', () => {
    const log = new GestureLog();
    const base = { targetId: 'a', size, base: null, label: 'brush', isCutShort: false } as const;
    const [one, two] = [log.finish(base), log.finish(base)];
    for (const gesture of [one, two]) log.sent(gesture);
    log.named(one, 'mask one');
    expect(log.unsaved.map(({ result }) => result)).toEqual(['mask one', undefined]);
    log.markSaved();
    log.named(two, 'mask two');
    expect(log.unsaved).toEqual([]);
  });
});

describe('what a mask lacks', () => {
  const gesture = (change: Partial<RecordedGesture>): RecordedGesture => ({
    targetId: 'a',
    size,
    label: 'brush',
    effects: [],
    isCutShort: false,
    ...change,
  });
  const first = gesture({ base: 'before', result: 'one' });
  const second = gesture({ result: 'two' });
  const third = gesture({ isCutShort: true });
  const all = [first, second, third];

  it.each([
    ['nothing arrived', 'before', all],
    ['the first arrived', 'one', [second, third]],
    ['the second arrived', 'two', [third]],
    ['another window was there', 'other', [third]],
    ['the mask was taken away', null, [third]],
  ])('%s', (_, mask, missing) => {
    expect(missingGestures(all, mask, size)).toEqual(missing);
  });

  it('is what was drawn after everything was erased', () => {
    const erased = gesture({ base: 'one', result: null });
    expect(missingGestures([first, erased, third], null, size)).toEqual([third]);
  });

  it('is nothing if the background has another size', () => {
    expect(missingGestures(all, 'before', { width: 48, height: 50 })).toEqual([]);
  });
});
