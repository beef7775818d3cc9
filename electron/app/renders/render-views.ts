/** Renders as windows see them: those in the queue, and those stored in a project. */
import type { RenderEntry, RenderRecord, RenderState, RenderSummary } from '../../contract/render-record.ts';
import type {
  FoundRender,
  RenderRecord as KeptRender,
  RenderSummary as KeptSummary,
} from '../../projects/project-records.ts';
import type { QueuedRender } from './queued-render.ts';

/** A render that has not ended, or was cancelled. */
export function queuedSummary(
  { renderId, createdAt, sweep }: QueuedRender,
  state: Exclude<RenderState, 'done'>,
): RenderSummary {
  return {
    renderId,
    state,
    sequence: null,
    createdAt,
    name: null,
    isStarred: false,
    isDeleted: false,
    result: null,
    thumbnail: null,
    sweep,
    totalMs: null,
    error: null,
    scores: null,
  };
}

export function queuedRecord(render: QueuedRender, state: 'queued' | 'running'): RenderRecord {
  return {
    ...queuedSummary(render, state),
    request: render.request,
    frame: null,
    device: null,
    timingsMs: {},
    peakMemoryBytes: null,
    metrics: {},
    notices: [],
  };
}

export function keptSummary(render: KeptSummary): RenderSummary {
  const { id, sequence, createdAtMs, name, isStarred, result, thumbnail, failure, sweep, totalMs } = render;
  return {
    renderId: id,
    state: failure === null ? 'done' : failure.code === 'CANCELLED' ? 'cancelled' : 'failed',
    sequence,
    createdAt: new Date(createdAtMs).toISOString(),
    name,
    isStarred,
    isDeleted: render.deletedAtMs !== null,
    result,
    thumbnail,
    sweep,
    // Only a successful render has timings to compare with.
    totalMs: failure === null ? totalMs : null,
    error: failure && { ok: false, ...failure },
    scores: render.scores,
  };
}

/** A render in the searchable list. */
export function keptEntry(render: FoundRender): RenderEntry {
  const { request } = render;
  return {
    ...keptSummary(render),
    prompt: request?.scene.prompt ?? '',
    concepts: request?.scene.concepts.map(({ name, alpha }) => ({ name, alpha })) ?? [],
    parameters: request?.parameters ?? null,
    device: render.device?.name ?? null,
  };
}

export function keptRecord(render: KeptRender): RenderRecord {
  const { request, frame, device, timingsMs, peakMemoryBytes, metrics, notices } = render;
  return { ...keptSummary(render), request, frame, device, timingsMs, peakMemoryBytes, metrics, notices };
}
