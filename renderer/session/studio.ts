/**
 * The editor's services: creates the parts that live outside React (projects, renders, masks, jobs, pictures, the mask
 * workbench, the view), and keeps studio-store.ts in step with the host. There is one per page.
 */
import i18next from 'i18next';
import type { EngineStatus } from '../../electron/contract/engine-status.ts';
import { StudioError } from '../../electron/contract/errors.ts';
import type { FarmState } from '../../electron/contract/farm.ts';
import { choiceOfPack, isPlainChoice } from '../../electron/contract/model-choice.ts';
import type { AssetId } from '../../electron/contract/render-request.ts';
import type { SceneDocument } from '../../electron/contract/scene-document.ts';
import { CanvasTools } from '../canvas/canvas-tools.ts';
import { CanvasView } from '../canvas/canvas-view.ts';
import { FrameWorkbench } from '../canvas/frame-workbench.ts';
import { MaskLibrary } from '../canvas/mask-library.ts';
import { MaskWorkbench } from '../canvas/mask-workbench.ts';
import { PictureLibrary } from '../canvas/picture-library.ts';
import { PlaceWorkbench } from '../canvas/place-workbench.ts';
import type { MaskChange } from '../canvas/workbench-events.ts';
import type { StudioClient } from '../client/studio-client.ts';
import { type MaskPlane, overlapOf } from '../editor/mask-plane.ts';
import { maskOfTarget, targetOf } from '../editor/mask-target.ts';
import { changePlacementIfThere, setFrame } from '../editor/placement-commands.ts';
import type { SmartSelection } from '../editor/tools/tool.ts';
import { CutOuts } from './cut-outs.ts';
import { useEditor } from './editor-store.ts';
import { openFirstProject } from './first-project.ts';
import { Jobs } from './jobs.ts';
import { MaskHits } from './mask-hits.ts';
import { Masks } from './masks.ts';
import { reportError, reportNotice, sayNotice, sentenceOf } from './notices.ts';
import { learnWords } from './pack-words.ts';
import { forgetPage, recallPage, suspendPage } from './page-memory.ts';
import { readPanels } from './panel-layout.ts';
import { Pictures } from './pictures.ts';
import type { DocumentEdit, ProjectSession } from './project-session.ts';
import { Projects } from './projects.ts';
import type { Painting } from './render-machine.ts';
import { Renders } from './renders.ts';
import { SmartSelect } from './smart-select.ts';
import { mirror, useStudio } from './studio-store.ts';

/** Opening models takes a process of its own: it waits until the choice rests. */
const MODEL_REST_MS = 1000;

/** A mask whose overlap with its previous version is less than this has moved away. */
const LEFT_BELOW = 0.3;

/** Renders on farms run side by side: progress and preview are those of the first one. */
function isFollowed(renderId: string): boolean {
  const running = useStudio.getState().queue.entries.find(({ state }) => state === 'running');
  return running === undefined || running.renderId === renderId;
}

/** Whether an engine has the models of another scene open, or the scene has models of its own. */
function followsOther({ pack }: EngineStatus, { model }: SceneDocument): boolean {
  if (!isPlainChoice(model)) return true;
  return pack !== null && choiceOfPack(pack.identity) !== undefined;
}

export class Studio {
  readonly client: StudioClient;
  readonly view = new CanvasView();
  readonly workbench: MaskWorkbench;
  readonly tools: CanvasTools;
  readonly projects: Projects;
  readonly renders: Renders;
  readonly jobs = new Jobs();
  readonly masks: Masks;
  readonly maskHits: MaskHits;
  readonly smartSelect: SmartSelect;
  readonly pictures: Pictures;
  readonly cutOuts: CutOuts;
  readonly pictureLibrary: PictureLibrary;

  constructor(client: StudioClient) {
    this.client = client;
    const library = new MaskLibrary((id) => client.readAsset(id));
    this.pictureLibrary = new PictureLibrary((id) => client.readAsset(id), reportError);
    this.workbench = new MaskWorkbench(library, {
      saveMask: async (targetId, plane, change) => {
        const saved = this.masks.save(this.session, targetId, plane, change);
        this.#offerPlace(targetId, plane, change, saved);
        return saved;
      },
      currentMask: (targetId) => {
        const { shown } = this.projects;
        return shown ? maskOfTarget(shown.document, targetId) : null;
      },
      select: (targetId, selection) => this.#select(targetId, selection),
      fail: reportError,
    });
    this.tools = this.#makeTools();
    this.renders = new Renders(client, this.#painting(), () => this.projects.shown);
    this.projects = new Projects(client, this.tools, this.renders);
    this.masks = new Masks(client, this.jobs, (plane) => library.encode(plane));
    this.maskHits = new MaskHits(this.masks, (mask) => this.workbench.load(mask));
    this.smartSelect = new SmartSelect(client, this.jobs);
    this.pictures = new Pictures(client);
    this.cutOuts = new CutOuts(client, this);
    this.#listen();
    this.#listenToPage();
  }

  /** Opens the last project; at the first start, the sample. */
  async start(): Promise<void> {
    try {
      const [info, settings, engine, queue, jobs] = await Promise.all([
        this.client.call('app.info', {}),
        this.client.call('settings.get', {}),
        this.client.call('engine.status', {}),
        this.client.call('queue.state', {}),
        this.client.call('jobs.list', {}),
      ]);
      mirror({ info, settings, engine, queue });
      const { hidden, sizesPx } = readPanels(settings.editor.panels);
      useEditor.setState({ hiddenPanels: hidden, panelSizesPx: sizesPx });
      for (const job of jobs) this.jobs.put(job);
      const { project, failed, sampleError, isFirstStart } = await openFirstProject(
        this.client,
        decodeURIComponent(location.hash.replace(/^#project=/, '')),
        i18next.t('app.untitled'),
      );
      if (sampleError !== undefined) reportError(sampleError);
      useStudio.setState({ failedProjects: failed });
      const memory = recallPage(project.path);
      this.workbench.resume(memory?.gestures ?? []);
      await this.projects.show(project);
      if (memory) this.renders.resume(memory.awaited);
      if (isFirstStart === true) useEditor.setState({ sheet: 'projects' });
      useStudio.setState({ phase: 'ready', failure: null });
      this.#readFarms().catch(reportError);
      learnWords(engine);
      this.#openModel(engine).catch(reportError);
      this.#followModel();
    } catch (error) {
      useStudio.setState({ phase: 'failed', failure: sentenceOf(error) });
    }
  }

  /** The shown project. Asynchronous work keeps the one that it started in. @throws StudioError PROJECT_UNKNOWN */
  get session(): ProjectSession {
    const { shown } = this.projects;
    if (!shown) throw new StudioError('PROJECT_UNKNOWN', 'No project is open.');
    return shown;
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

  /** Cutting out counts as painting, with or without a current gesture: no render takes over the canvas. */
  #painting(): Painting {
    const { tools } = this;
    return {
      get isActive() {
        return tools.isActive || useEditor.getState().cutOut !== null;
      },
      get gestureCount() {
        return tools.gestureCount;
      },
    };
  }

  #makeTools(): CanvasTools {
    const place = new PlaceWorkbench(this.pictureLibrary, {
      select: (activeConceptId) => useEditor.setState({ activeConceptId }),
      commit: (conceptId, geometry, gesture) => {
        this.tools.count();
        this.edit(i18next.t(`changes.placed.${gesture}`), (document) =>
          changePlacementIfThere(document, conceptId, geometry),
        );
      },
      fail: reportError,
    });
    const frame = new FrameWorkbench((drawn) => {
      this.tools.count();
      this.edit(i18next.t('changes.frame'), (document) => setFrame(document, drawn));
    });
    return new CanvasTools(this.workbench, place, frame);
  }

  /** A mask that was moved away may have left its object: the concept would vanish without a notice. */
  #offerPlace(
    targetId: string,
    plane: MaskPlane | Promise<MaskPlane>,
    change: MaskChange,
    saved: Promise<AssetId | null>,
  ): void {
    const { conceptId, role } = targetOf(targetId);
    if (role !== 'mask' || change.kind !== 'gesture' || change.label !== 'move') return;
    const { session } = this;
    const concept = session.document.concepts.find(({ id }) => id === conceptId);
    if (!concept || concept.mask === null || concept.image === null) return;
    const { offer } = useEditor.getState();
    // One that has left its object may be moved on, or back.
    const isOn = offer?.kind === 'moved' && offer.conceptId === conceptId && offer.mask === concept.mask;
    const left = isOn ? offer.left : concept.mask;
    // The caller reports a failed save.
    Promise.all([this.workbench.load(left), plane, saved.catch(() => null)])
      .then(([before, after, mask]) => {
        if (mask === null || session !== this.projects.shown) return;
        if (overlapOf(before, after) < LEFT_BELOW) {
          useEditor.setState({ offer: { kind: 'moved', conceptId, mask, left } });
        }
      })
      .catch(reportError);
  }

  async #select(targetId: string, selection: SmartSelection): Promise<void> {
    try {
      const { session } = this;
      const { conceptId, role } = targetOf(targetId);
      const { background, concepts } = session.document;
      const concept = concepts.find(({ id }) => id === conceptId);
      const image = role === 'subject' ? (concept?.image ?? null) : background;
      const mask = await this.smartSelect.ask(session, image, selection);
      if (mask !== undefined) await this.workbench.showSelection(targetId, selection, mask);
    } catch (error) {
      reportError(error);
    }
  }

  /**
   * A pack's capabilities and device are known once an engine has opened it; without them half of the buttons would
   * be missing.
   */
  #learnPack({ state, pack, device }: EngineStatus): void {
    if (state !== 'stopped' || (pack !== null && device !== null)) return;
    const { shown } = this.projects;
    this.client.call('engine.start', shown ? { projectId: shown.projectId } : {}).catch(reportError);
  }

  /** Lets the engine open what the scene needs, so that everything that it can do is offered. */
  async #openModel(engine: EngineStatus): Promise<void> {
    if (followsOther(engine, this.session.document)) await this.openSceneModel();
    else this.#learnPack(engine);
  }

  /** Lets the engine open what the shown scene names. @throws StudioError MODEL_MISSING, and what opening it throws */
  async openSceneModel(): Promise<void> {
    const { session } = this;
    await session.saved();
    await this.client.call('engine.start', { projectId: session.projectId });
  }

  /** What a pack can do and at which size it works is shown for the scene's own model. */
  #followModel(): void {
    let rest: ReturnType<typeof setTimeout> | undefined;
    useStudio.subscribe(({ project }, { project: before }) => {
      const [now, was] = [project?.document.model, before?.document.model];
      if (project === null || now === was || JSON.stringify(now) === JSON.stringify(was)) return;
      clearTimeout(rest);
      rest = setTimeout(() => this.openSceneModel().catch(reportError), MODEL_REST_MS);
    });
  }

  #listen(): void {
    const { client } = this;
    client.onConnection((connection) => {
      const was = useStudio.getState().connection;
      useStudio.setState({ connection });
      for (const session of this.projects.sessions) this.projects.keepUnsaved(session);
      const isBack = connection === 'connected' && was !== 'connected';
      if (isBack && useStudio.getState().phase === 'ready') void this.#catchUp();
    });
    client.on('project.changed', (state) => {
      for (const session of this.projects.sessions) session.adopt(state);
    });
    client.on('queue.changed', (queue) => {
      const { progress } = useStudio.getState();
      const isRunning = queue.entries.some(
        ({ renderId, state }) => state === 'running' && renderId === progress?.renderId,
      );
      mirror({ queue, ...(isRunning ? {} : { progress: null, preview: null }) });
    });
    client.on('render.changed', ({ projectId, render }) => {
      if (projectId === this.projects.shown?.projectId) this.renders.changed(render);
    });
    client.on('render.progress', (progress) => {
      if (isFollowed(progress.renderId)) useStudio.setState({ progress });
    });
    client.on('render.preview', (preview) => {
      if (isFollowed(preview.renderId)) useStudio.setState({ preview });
    });
    client.on('farm.changed', (farm) => this.#putFarm(farm));
    client.on('job.changed', (job) => this.jobs.put(job));
    client.on('engine.changed', (engine) => {
      mirror({ engine });
      learnWords(engine);
      this.#learnPack(engine);
    });
    client.on('library.changed', () =>
      useStudio.setState(({ libraryVersion }) => ({ libraryVersion: libraryVersion + 1 })),
    );
    client.on('settings.changed', (settings) => {
      const before = useStudio.getState().settings;
      mirror({ settings });
      // The host decides where the link leads.
      if (settings.projectsFolder !== before.projectsFolder) this.#readInfo().catch(reportError);
    });
    client.on('notice', ({ level, notice }) => reportNotice(sayNotice(notice), { kind: level }));
  }

  #listenToPage(): void {
    addEventListener('beforeunload', (event) => {
      if (this.projects.sessions.some(({ hasPending }) => hasPending)) event.preventDefault();
    });
    // A message to the host may not be sent any more; the browser's own storage for this tab works.
    addEventListener('pagehide', () => {
      const { shown } = this.projects;
      if (!shown) return;
      this.projects.keepAllUnsaved();
      suspendPage({
        path: shown.path,
        gestures: this.workbench.suspend(),
        awaited: this.renders.awaited(),
      });
    });
    // Reload the page with all its state.
    addEventListener('pageshow', ({ persisted }) => {
      if (persisted) forgetPage();
    });
  }

  /** Connects to a farm and counts its workers. */
  async checkFarm(name: string): Promise<void> {
    this.#putFarm(await this.client.call('farms.check', { name }));
  }

  #putFarm(farm: FarmState): void {
    const { farms } = useStudio.getState();
    mirror({ farms: farms.map((known) => (known.name === farm.name ? farm : known)) });
  }

  async #readFarms(): Promise<void> {
    mirror({ farms: await this.client.call('farms.list', {}) });
  }

  async #readInfo(): Promise<void> {
    mirror({ info: await this.client.call('app.info', {}) });
  }

  /**
   * Reloads everything missed during a lost connection. Each part separately: a failure of one, such as a job that a
   * restarted host does not know, must not leave another outdated.
   */
  async #catchUp(): Promise<void> {
    const { client } = this;
    // A restarted host does not have the projects open.
    for (const session of this.projects.sessions) session.reconnected();
    const parts = [
      this.jobs.catchUp(() => client.call('jobs.list', {})),
      this.#catchUpEngine(),
      client.call('queue.state', {}).then((queue) => mirror({ queue })),
      client.call('settings.get', {}).then((settings) => mirror({ settings })),
      this.#readFarms(),
      this.#catchUpRenders(),
    ];
    for (const part of parts) part.catch(reportError);
    await Promise.allSettled(parts);
  }

  async #catchUpRenders(): Promise<void> {
    await this.#reopened();
    await this.renders.catchUp();
  }

  /** A restarted host has no engine that knows the pack. */
  async #catchUpEngine(): Promise<void> {
    const engine = await this.client.call('engine.status', {});
    mirror({ engine });
    learnWords(engine);
    await this.#reopened();
    await this.#openModel(engine);
  }

  /** A restarted host has to open the project first. Changes waiting for its file delay nothing else. */
  async #reopened(): Promise<void> {
    const { session } = this;
    if (!session.view().isMoved) await session.saved();
  }
}
