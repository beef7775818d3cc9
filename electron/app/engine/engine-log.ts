/** Logs engine processes: every start, device, task and end. */

import type { EngineConfig, EngineTask } from '../../contract/engine-messages.ts';
import type { ErrorCode } from '../../contract/errors.ts';
import { noticeSentence } from '../../contract/notices.ts';
import type { DeviceReport } from '../../contract/progress.ts';
import { withoutQuotes } from '../../foundation/log/fault-facts.ts';
import type { LogFacts, StudioLog } from '../../foundation/log/studio-log.ts';

/** An event of an engine process. */
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
      /** null when it succeeded. */
      readonly failure: { readonly code: ErrorCode; readonly message: string } | null;
      readonly durationMs: number;
      /** Resident size of the process afterwards; null when unknown. */
      readonly memoryBytes: number | null;
    }
  | {
      readonly kind: 'ended';
      readonly pid: number | undefined;
      /** The reason for ending it on purpose, or what happened to it. */
      readonly reason: { readonly code: ErrorCode; readonly message: string };
      readonly wasOnPurpose: boolean;
      readonly exitCode: number | null;
      readonly signal: string | null;
      /** The end of its standard error. */
      readonly stderrTail: string;
      readonly livedMs: number;
    };

/** Listens to events of engine processes. */
export type EngineLog = (event: EngineEvent) => void;

/** One line for a terminal; an unexpected end includes the process's standard error. */
export function engineEventLine(event: EngineEvent): string {
  const engine = `engine ${event.pid ?? 'without a process'}`;
  switch (event.kind) {
    case 'started':
      return `${engine} started for ${event.config.packFolder} on ${event.config.device}`;
    case 'opened': {
      const { device, pack, durationMs } = event;
      const passedOver = device.passedOver
        .map(({ device: other, reason }) => `; ${other}: ${noticeSentence(reason)}`)
        .join('');
      return `${engine} opened ${pack} on ${device.device} (${device.name}) in ${seconds(durationMs)}${passedOver}`;
    }
    case 'taskEnded': {
      const { task, failure, durationMs } = event;
      const outcome = failure === null ? 'done' : `${failure.code}: ${failure.message}`;
      return `${engine} ran ${task} for ${seconds(durationMs)}: ${outcome}`;
    }
    case 'ended': {
      const { reason, wasOnPurpose, stderrTail, livedMs } = event;
      const words = wasOnPurpose || stderrTail.trim() === '' ? '' : `\n${stderrTail.trim()}`;
      return `${engine} ended after ${seconds(livedMs)}: ${reason.code}: ${reason.message}${words}`;
    }
  }
}

/** Errors of the engine itself; every other code is a response to the caller. */
const TROUBLE: readonly ErrorCode[] = ['INTERNAL', 'NON_FINITE', 'OUT_OF_MEMORY'];

/** Whether an event is a failure of the engine. */
export function isEngineTrouble(event: EngineEvent): boolean {
  if (event.kind === 'ended') return !event.wasOnPurpose;
  return event.kind === 'taskEnded' && event.failure !== null && TROUBLE.includes(event.failure.code);
}

/** Writes events of engine processes to the program's log. */
export function logEngineEvents(log: StudioLog): EngineLog {
  return (event) => {
    const facts = engineFacts(event);
    if (isEngineTrouble(event)) log.warn(`engine.${event.kind}`, facts);
    else log.info(`engine.${event.kind}`, facts);
  };
}

function engineFacts(event: EngineEvent): LogFacts {
  const { pid } = event;
  switch (event.kind) {
    case 'started': {
      const { packFolder, device, rowsAtOnce } = event.config;
      return { enginePid: pid, packFolder, deviceChoice: device, rowsAtOnce };
    }
    case 'opened': {
      const { device, pack, durationMs } = event;
      const passedOver = device.passedOver
        .map(({ device: other, reason }) => `${other}: ${noticeSentence(reason)}`)
        .join('; ');
      return {
        enginePid: pid,
        pack,
        device: device.device,
        deviceName: device.name,
        passedOver,
        durationMs: Math.round(durationMs),
      };
    }
    case 'taskEnded': {
      const { task, failure, durationMs, memoryBytes } = event;
      // The sentence of a refusal may contain the user's words; that of an engine failure only holds memory sizes and
      // numbers.
      const message = failure !== null && isEngineTrouble(event) ? withoutQuotes(failure.message) : undefined;
      return {
        enginePid: pid,
        task,
        code: failure?.code ?? null,
        message,
        durationMs: Math.round(durationMs),
        memoryBytes,
      };
    }
    case 'ended': {
      const { reason, wasOnPurpose, exitCode, signal, stderrTail, livedMs } = event;
      return {
        enginePid: pid,
        code: reason.code,
        wasOnPurpose,
        exitCode,
        signal,
        stderrTail: wasOnPurpose ? undefined : withoutQuotes(stderrTail.trim()),
        livedMs: Math.round(livedMs),
      };
    }
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
