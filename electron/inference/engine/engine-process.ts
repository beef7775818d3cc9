/**
 * Entry of the engine process, started by child_process.fork or as a utility process of Electron. It ends when its
 * connection to the host closes, so that a killed host leaves nothing behind.
 */
import type { EngineMessage } from '../../contract/engine-messages.ts';
import { writeCompiledCode } from '../../foundation/processes/compiled-code.ts';
import { openHostPort } from '../../foundation/processes/host-port.ts';
import { EngineServer } from './engine-server.ts';

const port = openHostPort();
port.onClose(() => process.exit());
// Ctrl+C in a terminal goes to every process of the group; the host decides what it means.
process.on('SIGINT', () => undefined);
new EngineServer({
  ...port,
  send: (message) => {
    port.send(message);
    // Hosts kill engines: what Node has compiled is written while the host has a result to look at.
    if ((message as EngineMessage).type === 'finished') setImmediate(writeCompiledCode);
  },
});
