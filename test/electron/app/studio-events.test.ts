/** Events go to everybody who listens, whatever one of them does. */
import { expect, test } from 'vitest';
import { StudioEvents } from '../../../electron/app/studio-events.ts';

test('a listener that throws keeps neither the others from hearing nor the work from going on', () => {
  const faults: unknown[] = [];
  const events = new StudioEvents((error, what) => faults.push([error, what]));
  const gone = new Error('the window is gone');
  const heard: unknown[] = [];
  events.listen(() => {
    throw gone;
  });
  const stop = events.listen(({ payload }) => heard.push(payload));
  events.emit('queue.changed', { entries: [] });
  stop();
  events.emit('queue.changed', { entries: [] });
  expect(heard).toEqual([{ entries: [] }]);
  expect(faults).toEqual([
    [gone, 'emitting queue.changed'],
    [gone, 'emitting queue.changed'],
  ]);
});
