/** Events reach every listener, whatever one of them does. */
import { expect, test } from 'vitest';
import { StudioEvents } from '../../../electron/app/studio-events.ts';

test('a listener that throws prevents neither the others from being called nor the work from continuing', () => {
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
