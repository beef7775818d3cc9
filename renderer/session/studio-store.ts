/** A mirror of the host's state for the panels. Only studio.ts and its parts write it. */
import { create } from 'zustand';
import type { AppInfo } from '../../electron/contract/commands/app-commands.ts';
import type { EngineStatus } from '../../electron/contract/engine-status.ts';
import type { EventPayload } from '../../electron/contract/events.ts';
import type { FarmState } from '../../electron/contract/farm.ts';
import type { JobState } from '../../electron/contract/jobs.ts';
import { isDraft, type QueueState, type RenderSummary } from '../../electron/contract/render-record.ts';
import type { AssetId } from '../../electron/contract/render-request.ts';
import { DEFAULT_SETTINGS, type Settings } from '../../electron/contract/settings.ts';
import type { ConnectionState } from '../client/transport.ts';
import { keepUnchanged } from '../editor/keep-unchanged.ts';
import type { FailedProject } from './first-project.ts';
import type { ProjectView } from './project-session.ts';

export interface StudioState {
  readonly phase: 'starting' | 'ready' | 'failed';
  readonly failure: string | null;
  readonly connection: ConnectionState;
  readonly info: AppInfo | null;
  readonly settings: Settings;
  readonly engine: EngineStatus | null;
  readonly project: ProjectView | null;
  /** Another project is being opened. */
  readonly isOpening: boolean;
  /** Size of a background, with its id; null until known or without one. */
  readonly backgroundSize: {
    readonly of: AssetId;
    readonly width: number;
    readonly height: number;
  } | null;
  /** Newest first. */
  readonly renders: readonly RenderSummary[];
  /** Cursor of the next page; null at the end. */
  readonly rendersCursor: string | null;
  readonly onlyStarred: boolean;
  /** Renders that the strip does not list: older ones that are viewed, and new ones without a star. */
  readonly pinned: Readonly<Record<string, RenderSummary>>;
  readonly queue: QueueState;
  readonly farms: readonly FarmState[];
  readonly progress: EventPayload<'render.progress'> | null;
  readonly preview: EventPayload<'render.preview'> | null;
  /** Grows when a model file came or went. */
  readonly libraryVersion: number;
  readonly jobs: Readonly<Record<string, JobState>>;
  /** Projects that could not be opened, latest first. */
  readonly failedProjects: readonly FailedProject[];
}

export const useStudio = create<StudioState>(() => ({
  phase: 'starting',
  failure: null,
  connection: 'lost',
  info: null,
  settings: DEFAULT_SETTINGS,
  engine: null,
  project: null,
  isOpening: false,
  backgroundSize: null,
  renders: [],
  rendersCursor: null,
  onlyStarred: false,
  pinned: {},
  queue: { entries: [] },
  farms: [],
  progress: null,
  preview: null,
  libraryVersion: 0,
  jobs: {},
  failedProjects: [],
}));

/**
 * Adopts the host's reported state. Unchanged parts stay the same objects: the host reports everything repeatedly, and
 * each panel should render only for its own changes.
 */
export function mirror(told: Partial<StudioState>): void {
  useStudio.setState((before) => keepUnchanged(before, { ...before, ...told }));
}

/** A render by its id, whether the strip lists it or not. */
export function findRender(
  { renders, pinned }: Pick<StudioState, 'renders' | 'pinned'>,
  id: string | null,
): RenderSummary | undefined {
  return id === null ? undefined : (renders.find(({ renderId }) => renderId === id) ?? pinned[id]);
}

/** The newest render, whether the strip lists it or not. */
export function newestRender({
  renders,
  pinned,
}: Pick<StudioState, 'renders' | 'pinned'>): RenderSummary | undefined {
  const listed = renders[0];
  const newer = Object.values(pinned).filter(
    ({ renderId, isDeleted, createdAt }) =>
      !isDeleted &&
      createdAt > (listed?.createdAt ?? '') &&
      !renders.some((render) => render.renderId === renderId),
  );
  return newer.toSorted((a, b) => b.createdAt.localeCompare(a.createdAt))[0] ?? listed;
}

/** The render to export: the viewed one, else the newest one with a picture that is no draft. */
export function renderToExport(
  state: Pick<StudioState, 'renders' | 'pinned'>,
  shownRenderId: string | null,
): RenderSummary | undefined {
  if (shownRenderId === null) {
    return state.renders.find((render) => render.result !== null && !isDraft(render));
  }
  const shown = findRender(state, shownRenderId);
  return shown?.result ? shown : undefined;
}
