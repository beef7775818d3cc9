/**
 * The renders of the shown project as a state machine: (machine, event) -> machine + effects. It reads the history
 * page by page, and decides which results are shown automatically: a render that the user requested appears on the
 * canvas when it is done, but if the user has started painting since, the canvas stays and a message announces the
 * result.
 *
 * Requests in a project that is no longer shown have no effect.
 */
import type { RenderSummary } from '../../electron/contract/render-record.ts';

/** The state of painting. */
export interface Painting {
  /** Whether a gesture is in progress. */
  readonly isActive: boolean;
  /** Number of finished gestures. */
  readonly gestureCount: number;
}

/** An unfinished render, handed to the next page. */
export interface AwaitedRender {
  readonly renderId: string;
  /** Whether the user has painted since requesting it. */
  readonly hasPainted: boolean;
}

/** The newest page of the history, replacing the list; or the next one, appended to it. */
export type HistoryPage = 'newest' | 'next';

export interface RenderMachine {
  /** Grows whenever another project is shown. */
  readonly turn: number;
  /** The page being loaded. */
  readonly load: { readonly loadId: number; readonly page: HistoryPage } | null;
  /** Renders whose results to show, each with the number of finished gestures when it was requested. */
  readonly awaited: ReadonlyMap<string, number>;
  readonly nextLoadId: number;
}

export type RenderEvent =
  | { readonly kind: 'projectShown' }
  | { readonly kind: 'pageWanted'; readonly page: HistoryPage }
  | {
      readonly kind: 'pageRead';
      readonly loadId: number;
      readonly renders: readonly RenderSummary[];
      readonly cursor: string | null;
    }
  | { readonly kind: 'pageFailed'; readonly loadId: number }
  /** The host has queued a requested render; `render` is its latest known state. */
  | {
      readonly kind: 'queued';
      readonly turn: number;
      readonly gestureCount: number;
      readonly render: RenderSummary;
      readonly painting: Painting;
    }
  /** A page continues to wait for the previous page's renders. */
  | { readonly kind: 'resumed'; readonly awaited: readonly AwaitedRender[]; readonly painting: Painting }
  /** The current state of a render. */
  | { readonly kind: 'changed'; readonly render: RenderSummary; readonly painting: Painting };

export type RenderEffect =
  | { readonly kind: 'read'; readonly loadId: number; readonly page: HistoryPage }
  | {
      readonly kind: 'list';
      readonly page: HistoryPage;
      readonly renders: readonly RenderSummary[];
      readonly cursor: string | null;
    }
  /** Shows a result on the canvas. */
  | { readonly kind: 'show'; readonly render: RenderSummary }
  /** Announces a result. */
  | { readonly kind: 'announce'; readonly render: RenderSummary };

export interface RenderStep {
  readonly machine: RenderMachine;
  readonly effects: readonly RenderEffect[];
}

export const noRenders: RenderMachine = { turn: 0, load: null, awaited: new Map(), nextLoadId: 0 };

/** The gesture count of a render that is only announced, whatever the user does next. */
const PAINTED = -1;

/** Processes one event. Superseded pages and renders that nobody waits for are ignored. */
export function stepRenders(machine: RenderMachine, event: RenderEvent): RenderStep {
  switch (event.kind) {
    case 'projectShown':
      return { machine: { ...machine, turn: machine.turn + 1, load: null, awaited: new Map() }, effects: [] };
    case 'pageWanted': {
      // The next page follows the list, which the page being loaded may change.
      if (event.page === 'next' && machine.load !== null) return { machine, effects: [] };
      const load = { loadId: machine.nextLoadId, page: event.page };
      return {
        machine: { ...machine, load, nextLoadId: machine.nextLoadId + 1 },
        effects: [{ kind: 'read', ...load }],
      };
    }
    case 'pageRead': {
      const { renders, cursor } = event;
      if (machine.load?.loadId !== event.loadId) return { machine, effects: [] };
      const { page } = machine.load;
      return { machine: { ...machine, load: null }, effects: [{ kind: 'list', page, renders, cursor }] };
    }
    case 'pageFailed':
      return {
        machine: machine.load?.loadId === event.loadId ? { ...machine, load: null } : machine,
        effects: [],
      };
    case 'queued': {
      const { render, gestureCount, painting } = event;
      if (event.turn !== machine.turn) return { machine, effects: [] };
      return changed(expecting(machine, render.renderId, gestureCount), render, painting);
    }
    case 'resumed':
      return {
        machine: event.awaited.reduce(
          (before, { renderId, hasPainted }) =>
            expecting(before, renderId, hasPainted ? PAINTED : event.painting.gestureCount),
          machine,
        ),
        effects: [],
      };
    case 'changed':
      return changed(machine, event.render, event.painting);
  }
}

/** Unfinished renders. */
export function awaitedRenders({ awaited }: RenderMachine, painting: Painting): readonly AwaitedRender[] {
  return [...awaited].map(([renderId, gestureCount]) => ({
    renderId,
    hasPainted: gestureCount !== painting.gestureCount,
  }));
}

function expecting(machine: RenderMachine, renderId: string, gestureCount: number): RenderMachine {
  return { ...machine, awaited: new Map(machine.awaited).set(renderId, gestureCount) };
}

function changed(machine: RenderMachine, render: RenderSummary, painting: Painting): RenderStep {
  const { renderId, state } = render;
  const gestureCount = machine.awaited.get(renderId);
  if (gestureCount === undefined || state === 'queued' || state === 'running')
    return { machine, effects: [] };
  const awaited = new Map([...machine.awaited].filter(([id]) => id !== renderId));
  const isInHand = painting.isActive || painting.gestureCount !== gestureCount;
  return {
    machine: { ...machine, awaited },
    effects: state === 'done' ? [{ kind: isInHand ? 'announce' : 'show', render }] : [],
  };
}
