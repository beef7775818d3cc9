/**
 * The editor's hands: what the panels do. It keeps studio-store.ts in step with the host and owns what lives outside
 * React (the project session, the mask workbench, the view). There is one, made when the page starts.
 */
import i18next from 'i18next';
import type { EngineStatus } from '../../electron/contract/engine-status.ts';
import { StudioError } from '../../electron/contract/errors.ts';
import type { JobState } from '../../electron/contract/jobs.ts';
import type { ProjectState } from '../../electron/contract/project-state.ts';
import type { RenderSummary } from '../../electron/contract/render-record.ts';
import type { AssetId } from '../../electron/contract/render-request.ts';
import type { SceneDocument } from '../../electron/contract/scene-document.ts';
import { CanvasView } from '../canvas/canvas-view.ts';
import { MaskLibrary } from '../canvas/mask-library.ts';
import { MaskWorkbench } from '../canvas/mask-workbench.ts';
import type { MaskChange } from '../canvas/workbench-events.ts';
import type { StudioClient } from '../client/studio-client.ts';
import { changeConcept } from '../editor/document-commands.ts';
import type { MaskPlane } from '../editor/mask-plane.ts';
import type { SmartSelection } from '../editor/tools/tool.ts';
import type { Size } from '../editor/view-transform.ts';
import { AwaitedResults } from './awaited-results.ts';
import { showScene, useEditor } from './editor-store.ts';
import { type FailedProject, failureOf, openFirstProject } from './first-project.ts';
import { reportError, reportNotice, sentenceOf } from './notices.ts';
import { forgetPage, leavePage, type PageMemory, recallPage } from './page-memory.ts';
import { readPrepareSettings } from './prepare-settings.ts';
import { type DocumentEdit, ProjectSession } from './project-session.ts';
import { findRender, useStudio } from './studio-store.ts';
import { missingSteps, takeUnsaved, UnsavedChanges } from './unsaved-changes.ts';

const PAGE_SIZE = 60;

/** What was found by a phrase, and what the host has to say of it. */
export interface PhraseFind {
  /** undefined where nothing was found. */
  readonly mask: AssetId | undefined;
  readonly notices: readonly string[];
}

export class Studio {
  readonly client: StudioClient;
  readonly view = new CanvasView();
  readonly workbench: MaskWorkbench;
  readonly results: AwaitedResults;
  readonly #library: MaskLibrary;
  #session: ProjectSession | undefined;
  /** Projects that are shown no more and have changes that the host has not confirmed. */
  readonly #leaving = new Set<ProjectSession>();
  readonly #uploads = new WeakMap<Blob, Promise<AssetId>>();
  #selectJobId: string | undefined;
  readonly #unsaved = new WeakMap<ProjectSession, UnsavedChanges>();

  constructor(client: StudioClient) {
    this.client = client;
    this.#library = new MaskLibrary((id) => client.readAsset(id));
    this.workbench = new MaskWorkbench(this.#library, {
      saveMask: (conceptId, plane, change) => this.#saveMask(conceptId, plane, change),
      currentMask: (conceptId) =>
        this.#session?.document.concepts.find(({ id }) => id === conceptId)?.mask ?? null,
      select: (conceptId, selection) => this.#select(conceptId, selection),
      fail: reportError,
    });
    this.results = new AwaitedResults(this.workbench, {
      show: (render) => this.showRender(render),
      offer: (render) => {
        this.#pin(render);
        useEditor.setState({ readyRenderId: render.renderId });
      },
    });
    this.#listen();
  }

  /** Opens where the person left off; at the first start, the sample. */
  async start(): Promise<void> {
    try {
      const [info, settings, engine, queue, jobs] = await Promise.all([
        this.client.call('app.info', {}),
        this.client.call('settings.get', {}),
        this.client.call('engine.status', {}),
        this.client.call('queue.state', {}),
        this.client.call('jobs.list', {}),
      ]);
      useStudio.setState({
        info,
        settings,
        engine,
        queue,
        jobs: Object.fromEntries(jobs.map((job) => [job.jobId, job])),
      });
      const { project, failed, sampleError } = await openFirstProject(
        this.client,
        decodeURIComponent(location.hash.replace(/^#project=/, '')),
        i18next.t('app.untitled'),
      );
      if (sampleError !== undefined) reportError(sampleError);
      useStudio.setState({ failedProjects: failed });
      const memory = recallPage(project.path);
      this.workbench.resume(memory?.gestures ?? []);
      await this.#showProject(project);
      if (memory) this.#resumeResults(memory);
      useStudio.setState({ phase: 'ready', failure: null });
      this.#learnPack(engine);
    } catch (error) {
      useStudio.setState({ phase: 'failed', failure: sentenceOf(error) });
    }
  }

  get session(): ProjectSession {
    if (!this.#session) throw new StudioError('PROJECT_UNKNOWN', 'No project is open.');
    return this.#session;
  }

  get projectId(): string {
    return this.session.projectId;
  }

  /** Changes the document as one step of the history. */
  edit(label: string, edit: DocumentEdit): void {
    this.session.edit(label, edit);
  }

  assetUrl(id: AssetId): string {
    return this.client.assetUrl(id);
  }

  /** Uploads a file, the same one once. @returns SHA-256 of its bytes */
  upload(file: Blob): Promise<AssetId> {
    const known = this.#uploads.get(file);
    if (known) return known;
    const upload = file
      .arrayBuffer()
      .then((buffer) => this.client.upload(new Uint8Array(buffer), file.type || 'application/octet-stream'));
    this.#uploads.set(file, upload);
    // One that failed may be tried again.
    upload.catch(() => this.#uploads.delete(file));
    return upload;
  }

  /** Takes a picture file into the project. @returns its id and size */
  async importPicture(file: Blob, name: string, fit: Size | null, session: ProjectSession = this.session) {
    const upload = await this.upload(file);
    return this.client.call('assets.import', {
      projectId: session.projectId,
      upload,
      name,
      fit: fit && { width: fit.width, height: fit.height, mode: 'cover' },
    });
  }

  /** Takes a mask of the thing in a concept picture into the project, brought to that picture's size. */
  async importSubject(file: Blob, image: AssetId, session: ProjectSession = this.session): Promise<AssetId> {
    return this.importMask(file, 'subject', await this.sizeOf(image), session);
  }

  /** Takes a mask file into the project, brought to the background's size. */
  async importMask(
    file: Blob,
    name: string,
    { width, height }: Size,
    session: ProjectSession = this.session,
  ): Promise<AssetId> {
    const upload = await this.upload(file);
    const { asset, notes } = await this.client.call('assets.import', {
      projectId: session.projectId,
      upload,
      name,
      kind: 'mask',
      fit: { width, height, mode: 'cover' },
    });
    for (const note of notes) {
      reportNotice(i18next.t(`pictureNotes.${note}`, { name }), { autoCloseMs: 15_000 });
    }
    return asset;
  }

  /** Size of a picture that the host serves, a candidate for the background among them. */
  async sizeOf(image: AssetId): Promise<Size> {
    const bitmap = await createImageBitmap(new Blob([await this.client.readAsset(image)]));
    const { width, height } = bitmap;
    bitmap.close();
    return { width, height };
  }

  // Projects ---------------------------------------------------------------------------------------------------------

  /** Shows another project. Until it is there, and in all that began before, changes go to the one that was shown. */
  async openProject(open: () => Promise<ProjectState>): Promise<void> {
    // What is in hand belongs to the project that is left.
    this.workbench.conclude();
    this.#requireSaved();
    await this.#session?.saved();
    await this.#showProject(await open());
    useEditor.setState({ sheet: null });
  }

  /** Opens a project file; one that cannot be opened is shown with what can be done. */
  async openPath(path: string, readOnly = false): Promise<void> {
    this.#requireSaved();
    try {
      await this.openProject(() => this.client.call('project.open', { path, readOnly }));
      this.dismissFailedProject(path);
    } catch (error) {
      const failure = failureOf(error);
      const recent = await this.client.call('project.recent', {});
      const known = recent.find((one) => one.path === path);
      const name = known?.name ?? path.split(/[\\/]/).at(-1)!;
      this.#putFailedProject({ path, name, isRecent: known?.openedAt != null, ...failure });
    }
  }

  /** @throws StudioError PROJECT_MOVED while changes wait for their project to be saved under a name */
  #requireSaved(): void {
    if (!this.#session?.view().isMoved) return;
    throw new StudioError('PROJECT_MOVED', i18next.t('project.saveFirst'));
  }

  dismissFailedProject(path: string): void {
    useStudio.setState(({ failedProjects }) => ({
      failedProjects: failedProjects.filter((one) => one.path !== path),
    }));
  }

  #putFailedProject(failed: FailedProject): void {
    this.dismissFailedProject(failed.path);
    useStudio.setState(({ failedProjects }) => ({ failedProjects: [failed, ...failedProjects] }));
  }

  /**
   * Writes the project whose file went away under a name, and goes on there with everything that waits.
   *
   * @param path beside the old place where it is not given
   */
  async saveMoved(path?: string): Promise<void> {
    const { projectId } = this;
    const state = await this.client.call('project.saveAs', {
      projectId,
      ...(path !== undefined && { path, overwrite: true }),
    });
    this.#session?.adopt(state);
    showAddress(state.path);
    reportNotice(i18next.t('project.savedAs', { path: state.path }));
  }

  async #showProject(state: ProjectState): Promise<void> {
    const session = new ProjectSession(
      this.client,
      state,
      (project) => {
        this.#keepUnsaved(session);
        if (session !== this.#session) return;
        useStudio.setState({ project });
        if (project.pending === 0) this.workbench.settle();
        void this.#followBackground(project.document.background);
      },
      reportError,
    );
    this.#unsaved.set(session, new UnsavedChanges());
    if (!state.isReadOnly) await this.#takeUnsaved(session);
    // From here to the end of what is shown in one go: no change may fall between two projects.
    this.workbench.cancel();
    if (this.#session) this.#leave(this.#session);
    this.#session = session;
    showScene();
    useEditor.setState({ activeConceptId: state.document.concepts.at(-1)?.id ?? null });
    useEditor.setState({ stagedBackground: null, readyRenderId: null });
    useStudio.setState({ renders: [], rendersCursor: null, pinned: {}, backgroundSize: null, preview: null });
    this.#backgroundId = null;
    showAddress(state.path);
    useStudio.setState({ project: session.view() });
    await this.#followBackground(state.document.background);
    await this.loadRenders(true);
  }

  /** What waits for the host is written down at once: a page need not come to a good end. */
  #keepUnsaved(session: ProjectSession): void {
    const { connection } = useStudio.getState();
    if (connection === 'connected' && session.hasPending) return;
    this.#unsaved.get(session)?.keep(session.path, session.unsaved());
  }

  /** What a page before this one could not save any more. */
  async #takeUnsaved(session: ProjectSession): Promise<void> {
    const kept = await takeUnsaved(session.path);
    const label = i18next.t('app.unsavedLabel');
    for (const steps of kept) {
      for (const step of missingSteps(steps, session.document, label)) {
        session.edit(step.label, () => step.document);
      }
    }
    if (kept.length > 0) reportNotice(i18next.t('app.unsavedKept'));
  }

  /** Lets a project that is shown no more bring its last changes to the host. */
  #leave(session: ProjectSession): void {
    this.#leaving.add(session);
    void session.saved().then(() => this.#leaving.delete(session));
  }

  /** Every project with changes that may still be on their way. */
  #sessions(): readonly ProjectSession[] {
    return this.#session ? [this.#session, ...this.#leaving] : [];
  }

  #backgroundId: AssetId | null = null;

  async #followBackground(background: AssetId | null): Promise<void> {
    if (background === this.#backgroundId) return;
    this.#backgroundId = background;
    if (background === null) {
      useStudio.setState({ backgroundSize: null });
      return;
    }
    try {
      const info = await this.client.call('assets.info', { projectId: this.projectId, asset: background });
      if (this.#backgroundId !== background) return;
      useStudio.setState({ backgroundSize: { of: background, width: info.width, height: info.height } });
    } catch (error) {
      this.#backgroundId = null;
      reportError(error);
    }
  }

  // Renders ----------------------------------------------------------------------------------------------------------

  async loadRenders(anew: boolean): Promise<void> {
    const { rendersCursor, onlyStarred, renders } = useStudio.getState();
    const { session } = this;
    const page = await this.client.call('renders.page', {
      projectId: session.projectId,
      limit: PAGE_SIZE,
      onlyStarred,
      ...(anew || rendersCursor === null ? {} : { cursor: rendersCursor }),
    });
    if (session !== this.#session) return;
    useStudio.setState({
      renders: anew
        ? page.renders
        : [
            ...renders,
            ...page.renders.filter((one) => !renders.some((two) => two.renderId === one.renderId)),
          ],
      rendersCursor: page.cursor,
    });
  }

  /** Queues a render of the scene as it is, once everything is saved; its result shows by itself. */
  async render(options: { atFront?: boolean } = {}): Promise<RenderSummary> {
    const mark = this.results.mark();
    const { session } = this;
    await session.saved();
    const render = await this.client.call('renders.enqueue', { projectId: session.projectId, ...options });
    this.#expect(render, mark);
    return render;
  }

  /** Queues a draft of a document before everything else that waits. */
  async renderDraft(document: SceneDocument): Promise<RenderSummary> {
    const mark = this.results.mark();
    const { projectId } = this;
    const render = await this.client.call('renders.enqueue', { projectId, atFront: true, document });
    this.#expect(render, mark);
    return render;
  }

  #expect({ renderId }: RenderSummary, mark: number): void {
    this.results.expect(renderId, mark);
    // The event of its end may have come before the answer.
    const known = findRender(useStudio.getState(), renderId);
    if (known) this.results.changed(known);
  }

  /** Renders that the page before this one waited for; those that have ended meanwhile show at once. */
  #resumeResults({ awaited }: PageMemory): void {
    this.results.resume(awaited);
    for (const { renderId } of awaited) {
      const known = findRender(useStudio.getState(), renderId);
      if (known) this.results.changed(known);
    }
  }

  /** Shows a render on the canvas, in the way of comparing that is chosen. */
  showRender(render: RenderSummary, comparedRenderId: string | null = null): void {
    this.#pin(render);
    useEditor.setState({ shownRenderId: render.renderId, comparedRenderId, readyRenderId: null });
  }

  #pin(render: RenderSummary): void {
    useStudio.setState(({ pinned }) => ({ pinned: { ...pinned, [render.renderId]: render } }));
  }

  #putRender(render: RenderSummary): void {
    const { renders, onlyStarred } = useStudio.getState();
    const isListed = !render.isDeleted && (!onlyStarred || render.isStarred);
    const others = renders.filter(({ renderId }) => renderId !== render.renderId);
    const at = renders.findIndex(({ renderId }) => renderId === render.renderId);
    const before = renders.filter(
      ({ createdAt, renderId }) => createdAt > render.createdAt && renderId !== render.renderId,
    );
    const place = at >= 0 && isListed ? at : before.length;
    useStudio.setState({
      renders: isListed ? [...others.slice(0, place), render, ...others.slice(place)] : others,
    });
    if (useStudio.getState().pinned[render.renderId]) this.#pin(render);
    const { comparedRenderId, shownRenderId } = useEditor.getState();
    if (render.isDeleted && [comparedRenderId, shownRenderId].includes(render.renderId)) showScene();
  }

  // Masks ------------------------------------------------------------------------------------------------------------

  async #saveMask(conceptId: string, plane: MaskPlane, change: MaskChange): Promise<AssetId> {
    const label =
      change.kind === 'gesture'
        ? i18next.t(`changes.${change.label}`)
        : i18next.t(`mask.${change.kind === 'copy' ? 'copy' : change.label}`);
    const { session } = this;
    const saved = this.#uploadMask(plane, session);
    await session.editLater(
      label,
      saved.then(
        (mask): DocumentEdit =>
          (document) =>
            // The concept may have been removed while its mask was being written.
            document.concepts.some(({ id }) => id === conceptId)
              ? changeConcept(document, conceptId, { mask })
              : document,
      ),
    );
    return saved;
  }

  /** Saves a mask among the project's pictures, however long the connection is gone. */
  async #uploadMask(plane: MaskPlane, session: ProjectSession): Promise<AssetId> {
    const bytes = await this.#library.encode(plane);
    for (;;) {
      try {
        const upload = await this.client.upload(bytes, 'image/png');
        const info = await this.client.call('assets.import', {
          projectId: session.projectId,
          upload,
          name: 'mask.png',
          kind: 'mask',
        });
        return info.asset;
      } catch (error) {
        if (!(error instanceof StudioError)) throw error;
        // A restarted host has to open the project first, which the session does when the connection is back.
        if (error.code === 'PROJECT_MOVED') session.moved();
        else if (error.code !== 'HOST_UNREACHABLE' && error.code !== 'PROJECT_UNKNOWN') throw error;
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    }
  }

  async #select(conceptId: string, selection: SmartSelection): Promise<void> {
    const { background } = this.session.document;
    const isAsked = selection.box !== null || selection.points.some(({ positive }) => positive);
    try {
      const before = this.#selectJobId;
      this.#selectJobId = undefined;
      if (before !== undefined) await this.client.call('jobs.cancel', { jobId: before });
      if (background === null || !isAsked) return;
      const job = await this.client.call('prepare.selectMask', {
        projectId: this.projectId,
        image: background,
        points: selection.points.map(({ x, y, positive }) => ({ x, y, isInside: positive })),
        box: selection.box,
      });
      this.#selectJobId = job.jobId;
      const result = await this.finished(job);
      const best = result?.kind === 'masks' ? result.candidates[0] : undefined;
      if (best) await this.workbench.showAnswer(conceptId, selection, best.mask);
    } catch (error) {
      reportError(error);
    }
  }

  /** Finds a concept's place by its phrase. @returns what was found */
  async findMask(conceptId: string, phrase: string): Promise<PhraseFind> {
    const { session } = this;
    const { background } = session.document;
    if (background === null) return { mask: undefined, notices: [] };
    const find = await this.maskByPhrase(background, phrase, session);
    const { mask } = find;
    if (mask === undefined) return find;
    session.edit(i18next.t('changes.find', { phrase }), (document) =>
      changeConcept(document, conceptId, { mask }),
    );
    return find;
  }

  /** The best mask of what a phrase names in a picture of the project. */
  async maskByPhrase(
    image: AssetId,
    phrase: string,
    session: ProjectSession = this.session,
  ): Promise<PhraseFind> {
    const { boxThreshold, textThreshold } = readPrepareSettings(useStudio.getState().settings.editor.prepare);
    const job = await this.client.call('prepare.findMask', {
      projectId: session.projectId,
      image,
      phrase,
      boxThreshold,
      textThreshold,
    });
    const { result, notices } = await this.#ended(job);
    return { mask: result?.kind === 'masks' ? result.candidates[0]?.mask : undefined, notices };
  }

  // Jobs -------------------------------------------------------------------------------------------------------------

  /**
   * Waits for a job to end, and tells what it has to tell.
   *
   * @returns its result; undefined when it was cancelled
   * @throws StudioError when it failed
   */
  async finished(job: JobState): Promise<JobState['result'] | undefined> {
    const { result, notices } = await this.#ended(job);
    for (const notice of notices) reportNotice(notice);
    return result;
  }

  async #ended(
    job: JobState,
  ): Promise<{ result: JobState['result'] | undefined; notices: readonly string[] }> {
    this.#putJob(job);
    const last = await new Promise<JobState>((resolve) => {
      const look = (state: Record<string, JobState>) => {
        const now = state[job.jobId];
        if (!now || !hasEnded(now.state)) return false;
        resolve(now);
        return true;
      };
      if (look(useStudio.getState().jobs)) return;
      const stop = useStudio.subscribe(({ jobs }) => {
        if (look(jobs)) stop();
      });
    });
    if (last.state === 'failed') {
      throw new StudioError(last.error?.code ?? 'INTERNAL', last.error?.message ?? 'The job failed.');
    }
    return { result: last.state === 'cancelled' ? undefined : last.result, notices: last.notices };
  }

  #putJob(job: JobState): void {
    const { jobs } = useStudio.getState();
    const known = jobs[job.jobId];
    // The answer to the call may come after the event of its end.
    if (known && hasEnded(known.state) && job.state !== known.state) return;
    useStudio.setState({ jobs: { ...jobs, [job.jobId]: job } });
  }

  /**
   * What a pack can do, and which device runs it, is known once an engine has opened it; until then half of the buttons
   * would be missing.
   */
  #learnPack({ state, pack, device }: EngineStatus): void {
    if (state === 'stopped' && (pack === null || device === null))
      this.client.call('engine.start', {}).catch(reportError);
  }

  // Events -----------------------------------------------------------------------------------------------------------

  #listen(): void {
    const { client } = this;
    client.onConnection((connection) => {
      const was = useStudio.getState().connection;
      useStudio.setState({ connection });
      for (const session of this.#sessions()) this.#keepUnsaved(session);
      const isBack = connection === 'connected' && was !== 'connected';
      if (isBack && useStudio.getState().phase === 'ready') void this.#catchUp();
    });
    client.on('project.changed', (state) => {
      for (const session of this.#sessions()) session.adopt(state);
    });
    client.on('queue.changed', (queue) => {
      const { progress } = useStudio.getState();
      const isRunning = queue.entries.some(
        ({ renderId, state }) => state === 'running' && renderId === progress?.renderId,
      );
      useStudio.setState({ queue, ...(isRunning ? {} : { progress: null, preview: null }) });
    });
    client.on('render.changed', ({ projectId, render }) => {
      if (projectId !== this.#session?.projectId) return;
      this.#putRender(render);
      this.results.changed(render);
    });
    client.on('render.progress', (progress) => useStudio.setState({ progress }));
    client.on('render.preview', (preview) => useStudio.setState({ preview }));
    client.on('job.changed', (job) => this.#putJob(job));
    client.on('engine.changed', (engine) => {
      useStudio.setState({ engine });
      this.#learnPack(engine);
    });
    client.on('settings.changed', (settings) => {
      const before = useStudio.getState().settings;
      useStudio.setState({ settings });
      // Where that leads to is the host's to say.
      if (settings.projectsFolder !== before.projectsFolder) this.#readInfo().catch(reportError);
    });
    client.on('notice', ({ level, message }) => reportNotice(message, { kind: level }));
    addEventListener('beforeunload', (event) => {
      if (this.#sessions().some(({ hasPending }) => hasPending)) event.preventDefault();
    });
    // A message to the host may not get away any more; what the browser itself keeps for this tab does.
    addEventListener('pagehide', () => {
      if (!this.#session) return;
      const { path } = this.#session;
      for (const session of this.#sessions()) {
        this.#unsaved.get(session)?.keep(session.path, session.unsaved());
      }
      leavePage({ path, gestures: this.workbench.leave(), awaited: this.results.awaited() });
    });
    // The same page again, with all that it had.
    addEventListener('pageshow', ({ persisted }) => {
      if (persisted) forgetPage();
    });
  }

  async #readInfo(): Promise<void> {
    useStudio.setState({ info: await this.client.call('app.info', {}) });
  }

  /** After the connection was gone: what was missed. */
  async #catchUp(): Promise<void> {
    try {
      // A host that was restarted does not have the projects open.
      for (const session of this.#sessions()) session.reconnected();
      const unended = Object.values(useStudio.getState().jobs).filter(({ state }) => !hasEnded(state));
      const [engine, queue, jobs, settings] = await Promise.all([
        this.client.call('engine.status', {}),
        this.client.call('queue.state', {}),
        this.client.call('jobs.list', {}),
        this.client.call('settings.get', {}),
      ]);
      useStudio.setState({ engine, queue, settings });
      for (const job of jobs) this.#putJob(job);
      for (const job of unended) {
        if (jobs.some(({ jobId }) => jobId === job.jobId)) continue;
        const message = i18next.t('app.jobLost');
        this.#putJob({ ...job, state: 'failed', error: { ok: false, code: 'JOB_UNKNOWN', message } });
      }
      await this.session.saved();
      await this.loadRenders(true);
      // The end of one that is awaited may be among what was missed.
      for (const render of useStudio.getState().renders) this.results.changed(render);
    } catch (error) {
      reportError(error);
    }
  }
}

function hasEnded(state: JobState['state']): boolean {
  return state === 'done' || state === 'failed' || state === 'cancelled';
}

/** Names the project in the page's address, so that the page finds it again when it is loaded again. */
function showAddress(path: string): void {
  history.replaceState(null, '', `#project=${encodeURIComponent(path)}`);
}
