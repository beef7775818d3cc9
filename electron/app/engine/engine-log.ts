/** What happens to engine processes, told in one place: every start, device, task and end goes through one function. */
import type { EngineConfig, EngineTask } from '../../contract/engine-messages.ts';
import type { ErrorCode } from '../../contract/errors.ts';
import type { DeviceReport } from '../../contract/progress.ts';

/** Something that happened to an engine process. */
export type EngineEvent =
  | { readonly kind: 'started'; readonly pid: number | undefined; readonly config: EngineConfig }
  | {
      readonly kind: 'opened';
      readonly pid: number | undefined;
      readonly device: DeviceReport;
      /** Name and version of the pack. */
      readonly pack: string;
      readonly durationMs: number;
    }
  | {
      readonly kind: 'taskEnded';
      readonly pid: number | undefined;
      readonly task: EngineTask['kind'];
      /** null when it gave its result. */
      readonly failure: { readonly code: ErrorCode; readonly message: string } | null;
      readonly durationMs: number;
      /** Resident size of the process afterwards; null when it is not known. */
      readonly memoryBytes: number | null;
    }
  | {
      readonly kind: 'ended';
      readonly pid: number | undefined;
      /** Why, for a process that was ended on purpose, and what happened to any other. */
      readonly reason: { readonly code: ErrorCode; readonly message: string };
      readonly wasOnPurpose: boolean;
      readonly exitCode: number | null;
      readonly signal: string | null;
      /** The end of its standard error. */
      readonly lastWords: string;
      readonly livedMs: number;
    };

/** Takes what happens to engine processes. */
export type EngineLog = (event: EngineEvent) => void;

/** One line for a log; the end of a process that was not meant to end takes its standard error along. */
export function engineEventLine(event: EngineEvent): string {
  const engine = `engine ${event.pid ?? 'without a process'}`;
  switch (event.kind) {
    case 'started':
      return `${engine} started for ${event.config.packFolder} on ${event.config.device}`;
    case 'opened': {
      const { device, pack, durationMs } = event;
      const passedOver = device.passedOver
        .map(({ device: other, reason }) => `; ${other}: ${reason}`)
        .join('');
      return `${engine} opened ${pack} on ${device.device} (${device.name}) in ${seconds(durationMs)}${passedOver}`;
    }
    case 'taskEnded': {
      const { task, failure, durationMs } = event;
      const outcome = failure === null ? 'done' : `${failure.code}: ${failure.message}`;
      return `${engine} ran ${task} for ${seconds(durationMs)}: ${outcome}`;
    }
    case 'ended': {
      const { reason, wasOnPurpose, lastWords, livedMs } = event;
      const words = wasOnPurpose || lastWords.trim() === '' ? '' : `\n${lastWords.trim()}`;
      return `${engine} ended after ${seconds(livedMs)}: ${reason.code}: ${reason.message}${words}`;
    }
  }
}

/** What a task fails with by the engine's fault or need; every other code is an answer to whoever asked. */
const TROUBLE: readonly ErrorCode[] = ['INTERNAL', 'NON_FINITE', 'OUT_OF_MEMORY'];

/** Whether an event belongs into a log of what went wrong. */
export function isEngineTrouble(event: EngineEvent): boolean {
  if (event.kind === 'ended') return !event.wasOnPurpose;
  return event.kind === 'taskEnded' && event.failure !== null && TROUBLE.includes(event.failure.code);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
