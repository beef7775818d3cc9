/** Logs engines, renders, jobs and settings, with their ids and never their content. */
import type { StudioEvent } from '../contract/events.ts';
import type { StudioLog } from '../foundation/log/studio-log.ts';
import type { EventListener } from './studio-events.ts';

/** Logs the start and end of every render and job, and changes of the engine's settings. */
export function logStudioEvents(log: StudioLog): EventListener {
  /** When each unfinished render or job was first reported. */
  const begunMs = new Map<string, number>();
  const ended = (id: string): number | undefined => {
    const startMs = begunMs.get(id);
    begunMs.delete(id);
    return startMs === undefined ? undefined : Math.round(performance.now() - startMs);
  };
  return (told: StudioEvent) => {
    switch (told.event) {
      case 'render.changed': {
        const { renderId, state, error } = told.payload.render;
        if (state === 'queued' && !begunMs.has(renderId)) {
          begunMs.set(renderId, performance.now());
          log.info('render.queued', { renderId, projectId: told.payload.projectId });
        } else if (state === 'running') {
          log.info('render.started', { renderId });
        } else if (begunMs.has(renderId) && state !== 'queued') {
          log.info('render.ended', { renderId, state, code: error?.code, durationMs: ended(renderId) });
        }
        return;
      }
      case 'job.changed': {
        const { jobId, kind, state, error } = told.payload;
        const isOpen = state === 'waiting' || state === 'running';
        if (isOpen && !begunMs.has(jobId)) {
          begunMs.set(jobId, performance.now());
          log.info('job.started', { jobId, kind });
        } else if (!isOpen && begunMs.has(jobId)) {
          log.info('job.ended', { jobId, kind, state, code: error?.code, durationMs: ended(jobId) });
        }
        return;
      }
      case 'settings.changed': {
        const { pack, device, rowsAtOnce, releaseModelsAfterMinutes, cacheLimitBytes } = told.payload;
        log.info('settings.changed', {
          pack,
          device,
          rowsAtOnce,
          releaseModelsAfterMinutes,
          cacheLimitBytes,
        });
        return;
      }
    }
  };
}
