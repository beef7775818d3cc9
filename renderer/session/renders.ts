/** The renders of the shown project: its history page by page, the queue, and the viewed render. */
import type { RenderId, RenderSummary } from '../../electron/contract/render-record.ts';
import type { SceneDocument } from '../../electron/contract/scene-document.ts';
import type { StudioClient } from '../client/studio-client.ts';
import { showScene, useEditor } from './editor-store.ts';
import type { PageMemory } from './page-memory.ts';
import type { ProjectSession } from './project-session.ts';
import {
  awaitedRenders,
  type HistoryPage,
  noRenders,
  type Painting,
  type RenderEffect,
  type RenderEvent,
  stepRenders,
} from './render-machine.ts';
import { findRender, useStudio } from './studio-store.ts';

const PAGE_SIZE = 60;

/** How a render is queued. */
export interface RenderOptions {
  /** Before the others on this computer. */
  readonly atFront?: boolean;
  /** Name of a farm; null: this computer; omitted: as in the settings. */
  readonly renderOn?: string | null;
}

export class Renders {
  readonly #client: Pick<StudioClient, 'call'>;
  readonly #painting: Painting;
  readonly #shown: () => ProjectSession | undefined;
  readonly #loads = new Map<
    number,
    { readonly resolve: () => void; readonly reject: (error: unknown) => void }
  >();
  /** Where renders were sent that are not rendered where all are. */
  readonly #places = new Map<RenderId, string | null>();
  #machine = noRenders;

  /** @param shown the session of the shown project */
  constructor(
    client: Pick<StudioClient, 'call'>,
    painting: Painting,
    shown: () => ProjectSession | undefined,
  ) {
    this.#client = client;
    this.#painting = painting;
    this.#shown = shown;
  }

  /** Forgets the renders of the previous project. */
  clear(): void {
    this.#play({ kind: 'projectShown' });
    useEditor.setState({ readyRenderId: null });
    useStudio.setState({ renders: [], rendersCursor: null, pinned: {}, preview: null });
  }

  /**
   * Loads a page of the shown project's history. Of several requests, including those of a previous project, only the
   * newest is listed.
   *
   * @returns when it is listed or superseded
   * @throws StudioError if it could not be loaded
   */
  load(page: HistoryPage): Promise<void> {
    const { nextLoadId: loadId } = this.#machine;
    return new Promise((resolve, reject) => {
      this.#loads.set(loadId, { resolve, reject });
      this.#play({ kind: 'pageWanted', page });
      // A page is already being loaded.
      if (this.#machine.nextLoadId === loadId) this.#take(loadId).resolve();
    });
  }

  /** Queues a render of the current scene, once everything is saved; its result is shown automatically. */
  async enqueue(session: ProjectSession, options: RenderOptions = {}): Promise<RenderSummary> {
    const expect = this.#expecting(session);
    await session.saved();
    const render = await this.#client.call('renders.enqueue', { projectId: session.projectId, ...options });
    expect(render);
    const { renderOn } = options;
    if (renderOn !== undefined) this.#places.set(render.renderId, renderOn);
    return render;
  }

  /** Renders the current scene again where a render failed: it never moves to another place by itself. */
  again(session: ProjectSession, failed: RenderId): Promise<RenderSummary> {
    const renderOn = this.#places.get(failed);
    return this.enqueue(session, renderOn === undefined ? {} : { renderOn });
  }

  /**
   * Queues renders of the current scene that differ in their seeds, once everything is saved; the first one is shown
   * automatically.
   */
  async enqueueVariations(session: ProjectSession, count: number): Promise<readonly RenderSummary[]> {
    const expect = this.#expecting(session);
    await session.saved();
    const { projectId } = session;
    const { renders } = await this.#client.call('renders.enqueueVariations', { projectId, count });
    expect(renders[0]!);
    return renders;
  }

  /** Queues a draft of a document first, on this computer: the next one replaces it within seconds. */
  async enqueueDraft(session: ProjectSession, document: SceneDocument): Promise<RenderSummary> {
    const expect = this.#expecting(session);
    const { projectId } = session;
    const render = await this.#client.call('renders.enqueue', {
      projectId,
      atFront: true,
      document,
      renderOn: null,
      isDraft: true,
    });
    expect(render);
    return render;
  }

  /** Shows a render on the canvas, in the chosen comparison mode. */
  show(render: RenderSummary, comparedRenderId: string | null = null): void {
    this.#pin(render);
    useEditor.setState({ shownRenderId: render.renderId, comparedRenderId, readyRenderId: null });
  }

  /** Compares two renders on the canvas, with the slider unless two pictures are compared already. */
  compare(before: RenderSummary, after: RenderSummary): void {
    this.#pin(before);
    this.show(after, before.renderId);
    useEditor.setState(({ comparisonMode }) => ({
      comparingId: null,
      comparisonMode: ['after', 'before'].includes(comparisonMode) ? 'slider' : comparisonMode,
    }));
  }

  /** Keeps a render up to date although the strip may not list it. */
  remember(render: RenderSummary): void {
    this.#pin(render);
  }

  /** Processes a new or changed render of the shown project. */
  changed(render: RenderSummary): void {
    this.#put(render);
    this.#play({ kind: 'changed', render, painting: this.#painting });
  }

  /** Loads the newest page after a lost connection. */
  async catchUp(): Promise<void> {
    await this.load('newest');
    // The end of an awaited render may have been missed.
    for (const render of useStudio.getState().renders) {
      this.#play({ kind: 'changed', render, painting: this.#painting });
    }
  }

  /** The renders that the next page continues to wait for. */
  awaited(): PageMemory['awaited'] {
    return awaitedRenders(this.#machine, this.#painting);
  }

  /** Continues waiting for the previous page's renders; finished ones are shown at once. */
  resume(awaited: PageMemory['awaited']): void {
    this.#play({ kind: 'resumed', awaited, painting: this.#painting });
    for (const { renderId } of awaited) {
      const render = findRender(useStudio.getState(), renderId);
      if (render) this.#play({ kind: 'changed', render, painting: this.#painting });
    }
  }

  /** Records the state of painting before requesting a render. @returns a function for the host's response */
  #expecting(session: ProjectSession): (render: RenderSummary) => void {
    const { turn } = this.#machine;
    const { gestureCount } = this.#painting;
    const isShown = session === this.#shown();
    return (answer) => {
      // The event of its end may have come before the response.
      const render = findRender(useStudio.getState(), answer.renderId) ?? answer;
      if (isShown) this.#play({ kind: 'queued', turn, gestureCount, render, painting: this.#painting });
    };
  }

  #play(event: RenderEvent): void {
    const { machine, effects } = stepRenders(this.#machine, event);
    this.#machine = machine;
    for (const effect of effects) this.#carryOut(effect);
  }

  #carryOut(effect: RenderEffect): void {
    switch (effect.kind) {
      case 'read':
        this.#read(effect.loadId, effect.page);
        break;
      case 'list': {
        const { renders } = useStudio.getState();
        const listed = effect.page === 'newest' ? [] : renders;
        useStudio.setState({
          renders: [
            ...listed,
            ...effect.renders.filter((one) => !listed.some((two) => two.renderId === one.renderId)),
          ],
          rendersCursor: effect.cursor,
        });
        break;
      }
      case 'show':
        this.show(effect.render);
        break;
      case 'announce':
        this.#pin(effect.render);
        useEditor.setState({ readyRenderId: effect.render.renderId });
    }
  }

  #read(loadId: number, page: HistoryPage): void {
    const { rendersCursor, onlyStarred } = useStudio.getState();
    const session = this.#shown();
    if (!session) {
      this.#take(loadId).resolve();
      return;
    }
    this.#client
      .call('renders.page', {
        projectId: session.projectId,
        limit: PAGE_SIZE,
        onlyStarred,
        ...(page === 'newest' || rendersCursor === null ? {} : { cursor: rendersCursor }),
      })
      .then(
        ({ renders, cursor }) => {
          this.#play({ kind: 'pageRead', loadId, renders, cursor });
          this.#take(loadId).resolve();
        },
        (error: unknown) => {
          this.#play({ kind: 'pageFailed', loadId });
          this.#take(loadId).reject(error);
        },
      );
  }

  #take(loadId: number): { readonly resolve: () => void; readonly reject: (error: unknown) => void } {
    const load = this.#loads.get(loadId)!;
    this.#loads.delete(loadId);
    return load;
  }

  #pin(render: RenderSummary): void {
    useStudio.setState(({ pinned }) => ({ pinned: { ...pinned, [render.renderId]: render } }));
  }

  #put(render: RenderSummary): void {
    const { renders, onlyStarred } = useStudio.getState();
    const isListed = !render.isDeleted && (!onlyStarred || render.isStarred);
    const others = renders.filter(({ renderId }) => renderId !== render.renderId);
    const at = renders.findIndex(({ renderId }) => renderId === render.renderId);
    const before = others.filter(({ createdAt }) => createdAt > render.createdAt);
    const place = at >= 0 && isListed ? at : before.length;
    useStudio.setState({
      renders: isListed ? [...others.slice(0, place), render, ...others.slice(place)] : others,
    });
    // The filter hides a render, but not how it ends.
    const isHidden = !isListed && !render.isDeleted;
    if (isHidden || useStudio.getState().pinned[render.renderId]) this.#pin(render);
    const { comparedRenderId, shownRenderId } = useEditor.getState();
    if (render.isDeleted && [comparedRenderId, shownRenderId].includes(render.renderId)) showScene();
  }
}
