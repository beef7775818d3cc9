/** A fake of a picture process that never finishes with a picture. */
import { openHostPort } from '../../../../electron/foundation/processes/host-port.ts';

const port = openHostPort();
port.onClose(() => process.exit());
port.onMessage(() => {
  // Busy, as a decoder in an endless loop is: no message is read any more.
  for (;;);
});
port.send({ state: 'ready' });
