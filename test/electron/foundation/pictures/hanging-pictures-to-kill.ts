/** Stands in for a process that works with pictures, and never comes to an end with one. */
import { openHostPort } from '../../../../electron/foundation/processes/host-port.ts';

const port = openHostPort();
port.onClose(() => process.exit());
port.onMessage(() => {
  // Busy, as a decoder in a loop is: no message is read any more.
  for (;;);
});
port.send({ state: 'ready' });
