/** A render summary as the host sends it, for tests that need single fields. */
import type { RenderSummary } from '../../../electron/contract/render-record.ts';

export function renderSummary(renderId: string, overrides: Partial<RenderSummary> = {}): RenderSummary {
  return {
    renderId,
    state: 'done',
    sequence: 1,
    createdAt: '2026-01-01T00:00:00.000Z',
    name: null,
    isStarred: false,
    isDeleted: false,
    result: 'a'.repeat(64),
    thumbnail: null,
    sweep: null,
    totalMs: 1,
    error: null,
    scores: null,
    ...overrides,
  };
}
