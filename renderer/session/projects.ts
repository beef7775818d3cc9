/**
 * The projects open in this page: the shown one, and earlier ones that still have changes on their way to the host.
 */
import i18next from 'i18next';
import { StudioError } from '../../electron/contract/errors.ts';
import type { ProjectState } from '../../electron/contract/project-state.ts';
import type { AssetId } from '../../electron/contract/render-request.ts';
import type { SceneDocument } from '../../electron/contract/scene-document.ts';
import type { CanvasTools } from '../canvas/canvas-tools.ts';
import type { StudioClient } from '../client/studio-client.ts';
import { missingParts } from '../editor/next-action.ts';
import type { Size } from '../editor/view-transform.ts';
import { BackgroundSize } from './background-size.ts';
import { type InspectorTab, showScene, useEditor } from './editor-store.ts';
import { type FailedProject, failureOf } from './first-project.ts';
import { inTurn } from './in-turn.ts';
import { reportError, reportNotice } from './notices.ts';
import { ProjectSession, type ProjectView } from './project-session.ts';
import type { Renders } from './renders.ts';
import { mirror, useStudio } from './studio-store.ts';
import { missingSteps, takeUnsaved, UnsavedChanges } from './unsaved-changes.ts';

export class Projects {
  readonly #client: Pick<StudioClient, 'call'>;
  readonly #tools: Pick<CanvasTools, 'conclude' | 'leaveProject' | 'markSaved' | 'setTool'>;
  readonly #renders: Pick<Renders, 'clear' | 'load'>;
  readonly #backgroundSize: BackgroundSize;
  readonly #leaving = new Set<ProjectSession>();
  /** Projects shown earlier, with or without pending changes. */
  readonly #left = new WeakSet<ProjectSession>();
  /** Those of them whose file is gone, already reported to the user. */
  readonly #toldMoved = new WeakSet<ProjectSession>();
  readonly #unsaved = new WeakMap<ProjectSession, UnsavedChanges>();
  #shown: ProjectSession | undefined;
  /** Number of projects being opened, one after another. */
  #openings = 0;

  constructor(
    client: Pick<StudioClient, 'call'>,
    tools: Pick<CanvasTools, 'conclude' | 'leaveProject' | 'markSaved' | 'setTool'>,
    renders: Pick<Renders, 'clear' | 'load'>,
  ) {
    this.#client = client;
    this.#tools = tools;
    this.#renders = renders;
    this.#backgroundSize = new BackgroundSize(client);
  }

  /** The shown project. */
  get shown(): ProjectSession | undefined {
    return this.#shown;
  }

  /** Sets the size in pixels of a picture that is about to become the background. */
  knowSize(image: AssetId, { width, height }: Size): void {
    this.#backgroundSize.know({ of: image, width, height });
  }

  /** All projects that may have pending changes. */
  get sessions(): readonly ProjectSession[] {
    return this.#shown ? [this.#shown, ...this.#leaving] : [];
  }

  /** Shows another project. Until it is loaded, and in work started before, changes go to the previous one. */
  async open(open: () => Promise<ProjectState>): Promise<void> {
    this.#requireSaved();
    this.#openings++;
    useStudio.setState({ isOpening: true });
    try {
      // In turn: the project that was asked for last stays, however long an earlier one takes.
      await inTurn(this, async () => {
        // The current gesture belongs to the previous project.
        this.#tools.conclude();
        this.#requireSaved();
        // One whose file is gone stays behind with its changes: nothing else could be done in this window.
        if (!this.#shown?.view().isGone) await this.#shown?.saved();
        await this.show(await open());
      });
    } finally {
      this.#openings--;
      useStudio.setState({ isOpening: this.#openings > 0 });
    }
  }

  /** Opens a project file; one that cannot be opened is shown with possible actions. */
  async openPath(path: string, readOnly = false): Promise<void> {
    this.#requireSaved();
    try {
      await this.open(() => this.#client.call('project.open', { path, readOnly }));
      this.dismissFailed(path);
    } catch (error) {
      const failure = failureOf(error);
      const recent = await this.#client.call('project.recent', {});
      const known = recent.find((one) => one.path === path);
      const name = known?.name ?? path.split(/[\\/]/).at(-1)!;
      this.#putFailed({ path, name, isRecent: known?.openedAt != null, ...failure });
    }
  }

  dismissFailed(path: string): void {
    useStudio.setState(({ failedProjects }) => ({
      failedProjects: failedProjects.filter((one) => one.path !== path),
    }));
  }

  /**
   * Saves the project whose file is gone under a name, and continues there with all pending changes.
   *
   * @param path by default next to the old path
   */
  async saveMoved(session: ProjectSession, path?: string): Promise<void> {
    const state = await this.#client.call('project.saveAs', {
      projectId: session.projectId,
      ...(path !== undefined && { path, overwrite: true }),
    });
    session.adopt(state);
    if (session === this.#shown) showAddress(state.path);
    reportNotice(i18next.t('project.savedAs', { path: state.path }));
  }

  /** Shows an opened project, with the unsaved changes of an earlier page. */
  async show(state: ProjectState): Promise<void> {
    const session = new ProjectSession(
      this.#client,
      state,
      (project) => {
        this.keepUnsaved(session);
        if (session !== this.#shown) {
          if (this.#left.has(session)) this.#followLeft(session, project);
          return;
        }
        mirror({ project });
        if (project.pending === 0) this.#tools.markSaved();
        void this.#backgroundSize.follow(session.projectId, project.document.background);
      },
      reportError,
    );
    this.#unsaved.set(session, new UnsavedChanges());
    if (!state.isReadOnly) await takeUnsavedInto(session);
    // From here on synchronously: no change may fall between two projects.
    leaveField();
    this.#tools.leaveProject();
    if (this.#shown) this.#suspend(this.#shown);
    this.#shown = session;
    showScene();
    // Two projects may have concepts with the same id: an offer for one must not apply to the other.
    const active = state.document.concepts.at(-1);
    useEditor.setState({
      activeConceptId: active?.id ?? null,
      offer: null,
      hits: null,
      frontOf: null,
      cutOut: null,
      exporting: null,
      // Now, not once its renders are read: the user may open the start screen again meanwhile.
      sheet: null,
      inspected: firstInspected(state.document),
    });
    // The mask tools have nothing to work on in a placed picture.
    if (active?.mode === 'place' && useEditor.getState().tool !== 'hand') {
      useEditor.setState({ tool: 'move' });
      this.#tools.setTool('move');
    }
    this.#renders.clear();
    this.#backgroundSize.clear();
    showAddress(state.path);
    mirror({ project: session.view() });
    // Its file exists again: the waiting changes continue.
    for (const left of [...this.#leaving].filter(({ path }) => path === state.path)) left.retry();
    await this.#backgroundSize.follow(session.projectId, state.document.background);
    await this.#renders.load('newest');
  }

  /** Stores pending changes immediately: a page may end without notice. */
  keepUnsaved(session: ProjectSession): void {
    const { connection } = useStudio.getState();
    if (connection === 'connected' && session.hasPending) return;
    this.#keep(session);
  }

  /** Stores all pending changes, because the page is closing. */
  keepAllUnsaved(): void {
    for (const session of this.sessions) this.#keep(session);
  }

  #keep(session: ProjectSession): void {
    this.#unsaved.get(session)?.keep(session.path, session.unsaved());
  }

  /** @throws StudioError PROJECT_MOVED while changes wait for their project to be saved under a name */
  #requireSaved(): void {
    const { isMoved, isGone } = this.#shown?.view() ?? {};
    if (!isMoved || isGone) return;
    throw new StudioError('PROJECT_MOVED', i18next.t('project.saveFirst'));
  }

  #putFailed(failed: FailedProject): void {
    this.dismissFailed(failed.path);
    useStudio.setState(({ failedProjects }) => ({ failedProjects: [failed, ...failedProjects] }));
  }

  /** Lets a project that is no longer shown send its last changes to the host, and those of work started in it. */
  #suspend(session: ProjectSession): void {
    this.#left.add(session);
    this.#followLeft(session, session.view());
  }

  #followLeft(session: ProjectSession, { pending, isMoved, state }: ProjectView): void {
    if (pending > 0) this.#leaving.add(session);
    else this.#leaving.delete(session);
    // The window shows this only for the shown project.
    if (!isMoved) this.#toldMoved.delete(session);
    else if (!this.#toldMoved.has(session)) {
      this.#toldMoved.add(session);
      reportNotice(i18next.t('project.leftMoved', { name: state.name, count: pending }), { kind: 'warning' });
    }
  }
}

/** Commits what is being typed or set to its own project: a field does so when it loses the focus. */
function leaveField(): void {
  document.activeElement?.closest<HTMLElement>('input, textarea, [role="slider"]')?.blur();
}

/** What to begin with: a complete scene is tuned, another one is completed. */
function firstInspected(document: SceneDocument): InspectorTab {
  if (document.background === null || document.concepts.length === 0) return 'background';
  return missingParts(document).length === 0 ? 'render' : 'concept';
}

/** Repeats the unsaved changes of a previous page. */
async function takeUnsavedInto(session: ProjectSession): Promise<void> {
  const kept = await takeUnsaved(session.path);
  const label = i18next.t('app.unsavedLabel');
  for (const steps of kept) {
    for (const step of missingSteps(steps, session.document, label)) {
      session.edit(step.label, () => step.document);
    }
  }
  if (kept.length > 0) reportNotice(i18next.t('app.unsavedKept'));
}

/** Puts the project in the page's address, so that a reload finds it again. */
function showAddress(path: string): void {
  history.replaceState(null, '', `#project=${encodeURIComponent(path)}`);
}
