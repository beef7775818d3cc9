/** A fake of a picture process that never finishes with a picture. */
import { openHostPort } from '../../../../electron/foundation/processes/host-port.ts';

const port = openHostPort();
port.onClose(() => process.exit());
port.onMessage(() => {
  // No message is read any more, as with a decoder in an endless loop; but the processor is left to others.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});
port.send({ state: 'ready' });
