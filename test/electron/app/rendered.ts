/** A finished render as an engine returns it, for tests of what happens to it. */
import type { EngineResultOf } from '../../../electron/contract/engine-messages.ts';

/** @param side width and height of the picture */
export function rendered(
  png: EngineResultOf<'render'>['png'],
  side: number,
  device: Pick<EngineResultOf<'render'>['device'], 'device' | 'name'>,
): EngineResultOf<'render'> {
  return {
    kind: 'render',
    png,
    width: side,
    height: side,
    frame: { left: 0, top: 0, width: side, height: side, modelWidth: side, modelHeight: side },
    device: { ...device, passedOver: [] },
    notices: [],
    timingsMs: { load: 1, encode: 1, invert: 1, blend: 1, decode: 1 },
    totalMs: 5,
    unetMs: 1,
    unetRows: 1,
    peakMemoryBytes: 1,
  };
}
