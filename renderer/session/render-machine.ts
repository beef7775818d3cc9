/**
 * The renders of the project on the screen as a state machine: (machine, event) -> machine + effects. It reads the
 * history page by page, and knows which results show by themselves: a render that the user asked for shows on the canvas
 * when it is done; but one who has begun to paint since keeps the canvas, and sees a message that the result is there.
 *
 * What was asked for in a project that is no longer shown ends without effect.
 */
import type { RenderSummary } from '../../electron/contract/render-record.ts';

/** Where the painting stands. */
export interface Painting {
  /** A gesture is under way. */
  readonly isActive: boolean;
  /** Gestures that were finished so far. */
  readonly gestureCount: number;
}

/** What a page leaves to the next one of a render whose end it has not seen. */
export interface AwaitedRender {
  readonly renderId: string;
  /** Whether the user has painted since it was asked for. */
  readonly hasPainted: boolean;
}

/** The newest page of the history, in the place of what is listed; or the next one, after it. */
export type HistoryPage = 'newest' | 'next';

export interface RenderMachine {
  /** Grows whenever another project is shown. */
  readonly turn: number;
  /** The page that is being read. */
  readonly load: { readonly loadId: number; readonly page: HistoryPage } | null;
  /** Renders whose results are to show, each with the gestures that were finished when it was asked for. */
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
  /** The host has queued a render that was asked for in a turn; `render` is the newest that is known of it. */
  | {
      readonly kind: 'queued';
      readonly turn: number;
      readonly gestureCount: number;
      readonly render: RenderSummary;
      readonly painting: Painting;
    }
  /** A page goes on with what the one before it waited for. */
  | { readonly kind: 'resumed'; readonly awaited: readonly AwaitedRender[]; readonly painting: Painting }
  /** What is known of a render now. */
  | { readonly kind: 'changed'; readonly render: RenderSummary; readonly painting: Painting };

export type RenderEffect =
  | { readonly kind: 'read'; readonly loadId: number; readonly page: HistoryPage }
  | {
      readonly kind: 'list';
      readonly page: HistoryPage;
      readonly renders: readonly RenderSummary[];
      readonly cursor: string | null;
    }
  /** Puts a result on the canvas. */
  | { readonly kind: 'show'; readonly render: RenderSummary }
  /** Says that a result is there. */
  | { readonly kind: 'announce'; readonly render: RenderSummary };

export interface RenderStep {
  readonly machine: RenderMachine;
  readonly effects: readonly RenderEffect[];
}

export const noRenders: RenderMachine = { turn: 0, load: null, awaited: new Map(), nextLoadId: 0 };

/** The count of a render that is only to be offered, whatever the user does from now on. */
const PAINTED = -1;

/** Plays one event. Pages that were superseded, and renders that nobody waits for, change nothing. */
export function stepRenders(machine: RenderMachine, event: RenderEvent): RenderStep {
  switch (event.kind) {
    case 'projectShown':
      return { machine: { ...machine, turn: machine.turn + 1, load: null, awaited: new Map() }, effects: [] };
    case 'pageWanted': {
      // The next page follows what is listed, which the page that is being read may change.
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

/** Renders whose end is still to come. */
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
