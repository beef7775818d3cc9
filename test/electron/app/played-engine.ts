/** A fake engine in the host's own process: it opens at once, and gives predefined results. */
import type { EngineChild, EngineLauncher } from '../../../electron/app/engine/engine-child.ts';
import type { EngineMessage, HostMessage } from '../../../electron/contract/engine-messages.ts';
import { describedPack } from './engine/described-pack.ts';
import { rendered } from './rendered.ts';

const memoryBytes = 1;

/**
 * @param play what every render ends with, and what every background candidate is: a picture; or a run ends only when
 * it is cancelled
 */
export function playedEngine(play: Uint8Array | 'until cancelled'): EngineLauncher {
  return (): EngineChild => {
    let tell: (message: unknown) => void = () => undefined;
    let exit: Parameters<EngineChild['onExit']>[0] = () => undefined;
    const answer = (message: EngineMessage) => setImmediate(() => tell(message));
    const device = { device: 'cpu', name: 'played', passedOver: [] } as const;
    return {
      pid: undefined,
      kill: () => exit({ exitCode: null, signal: 'SIGKILL', stderrTail: '' }),
      onMessage: (listener) => {
        tell = listener;
      },
      onExit: (listener) => {
        exit = listener;
      },
      send: (sent) => {
        const message = sent as HostMessage;
        if (message.type === 'open') {
          answer({
            type: 'opened',
            device: { ...device, passedOver: [] },
            pack: describedPack('starter', 'Played'),
            memoryBytes,
          });
        }
        if (message.type === 'cancel') {
          const { runId } = message;
          answer({ type: 'failed', runId, code: 'CANCELLED', message: 'cancelled', memoryBytes });
        }
        if (message.type === 'run' && message.task.kind === 'generateBackgrounds') {
          if (play !== 'until cancelled') answerBackgrounds(message.runId, message.task, play, answer);
        } else if (message.type === 'run' && play !== 'until cancelled') {
          answer({
            type: 'finished',
            runId: message.runId,
            result: rendered(play, 32, device),
            memoryBytes,
          });
        }
      },
    };
  };
}

/** Gives every candidate at once, each with a few bytes of its own behind the picture, and then ends. */
function answerBackgrounds(
  runId: number,
  { count = 1, seed }: { readonly count?: number | undefined; readonly seed: number },
  png: Uint8Array,
  answer: (message: EngineMessage) => void,
): void {
  for (let index = 0; index < count; index++) {
    const own = Buffer.concat([png, Buffer.from(String(index))]);
    answer({ type: 'candidate', runId, candidate: { png: own, seed: seed + index } });
  }
  answer({
    type: 'finished',
    runId,
    result: { kind: 'generateBackgrounds', model: 'Played', notices: [], count },
    memoryBytes,
  });
}
