/**
 * Entry of the picture process that a host starts. It runs one task at a time, and ends when its connection to the
 * host closes.
 */
import { StudioError } from '../../contract/errors.ts';
import { writeCompiledCode } from '../processes/compiled-code.ts';
import { openHostPort } from '../processes/host-port.ts';
import type { PictureResponse, PictureTask } from './picture-messages.ts';
import { pictureOperations } from './picture-operations.ts';

/** How often the processor time is checked. */
const WATCH_INTERVAL_MS = 100;

const port = openHostPort();
// Not process.exit, which waits for libvips to finish.
port.onClose(() => process.kill(process.pid, 'SIGKILL'));
// Ctrl+C in a terminal goes to every process of the group; the host decides what it means.
process.on('SIGINT', () => undefined);

port.onMessage(async (message) => {
  const { operation, input, cpuMs } = message as PictureTask;
  const run = pictureOperations[operation] as (...input: readonly unknown[]) => Promise<unknown>;
  const send = (response: PictureResponse) => port.send(response);
  // libvips works on its own threads, so this one is free to watch. Its own time limit does not cover loaders.
  const start = process.cpuUsage();
  const watch = setInterval(() => {
    const { user, system } = process.cpuUsage(start);
    if ((user + system) / 1000 > cpuMs) send({ state: 'overrun' });
  }, WATCH_INTERVAL_MS);
  try {
    send({ state: 'done', value: await run(...input) });
  } catch (error) {
    const code = error instanceof StudioError ? error.code : 'INTERNAL';
    send({ state: 'failed', code, message: error instanceof Error ? error.message : String(error) });
  } finally {
    clearInterval(watch);
    // It is killed at its end, so what Node has compiled is written while the host has a picture to look at.
    setImmediate(writeCompiledCode);
  }
});
port.send({ state: 'ready' } satisfies PictureResponse);
