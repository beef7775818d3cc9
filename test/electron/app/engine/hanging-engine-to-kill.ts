/** A real engine that, given a task, reports two steps and then blocks its only thread forever. */
import { type HostPort, openHostPort } from '../../../../electron/foundation/processes/host-port.ts';
import { EngineServer } from '../../../../electron/inference/engine/engine-server.ts';

const port = openHostPort();
const hanging: HostPort = {
  ...port,
  onMessage: (listener) =>
    port.onMessage((message) => {
      const { type, runId } = message as { type: string; runId: number };
      if (type !== 'run') return listener(message);
      for (const step of [1, 2]) {
        port.send({ type: 'progress', runId, progress: { stage: 'blend', step, total: 4 } });
      }
      // The messages must be sent first.
      setTimeout(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0), 50);
    }),
};
new EngineServer(hanging);
