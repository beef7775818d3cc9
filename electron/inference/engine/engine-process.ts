/**
 * The engine process: the one file that a host starts, by child_process.fork or as a utility process of Electron.
 * It ends when its line to the host does, so that a host that was killed leaves nothing behind.
 */
import { openHostPort } from '../../foundation/processes/host-port.ts';
import { EngineServer } from './engine-server.ts';

const port = openHostPort();
port.onClose(() => process.exit());
// Ctrl+C in a terminal goes to every process of the group; the host decides what it means.
process.on('SIGINT', () => undefined);
new EngineServer(port);
