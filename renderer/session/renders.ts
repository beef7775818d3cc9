/** The renders of the project on the screen: its history page by page, what is queued, and which one is shown. */
import type { RenderSummary } from '../../electron/contract/render-record.ts';
import type { SceneDocument } from '../../electron/contract/scene-document.ts';
import type { StudioClient } from '../client/studio-client.ts';
import { AwaitedResults, type PaintingState } from './awaited-results.ts';
import { showScene, useEditor } from './editor-store.ts';
import type { PageMemory } from './page-memory.ts';
import type { ProjectSession } from './project-session.ts';
import { findRender, useStudio } from './studio-store.ts';

const PAGE_SIZE = 60;

export class Renders {
  readonly #client: Pick<StudioClient, 'call'>;
  readonly #shown: () => ProjectSession | undefined;
  readonly #results: AwaitedResults;

  /** @param shown the session of the project on the screen */
  constructor(
    client: Pick<StudioClient, 'call'>,
    painting: PaintingState,
    shown: () => ProjectSession | undefined,
  ) {
    this.#client = client;
    this.#shown = shown;
    this.#results = new AwaitedResults(painting, {
      show: (render) => this.show(render),
      announce: (render) => {
        this.#pin(render);
        useEditor.setState({ readyRenderId: render.renderId });
      },
    });
  }

  /** Forgets the renders of the project that was shown before. */
  clear(): void {
    useEditor.setState({ readyRenderId: null });
    useStudio.setState({ renders: [], rendersCursor: null, pinned: {}, preview: null });
  }

  /**
   * Reads a page of the history. An answer that comes after another project is shown is dropped.
   *
   * @param page the newest one, in the place of what is listed, or the next one, after it
   */
  async load(session: ProjectSession, page: 'newest' | 'next'): Promise<void> {
    const { rendersCursor, onlyStarred, renders } = useStudio.getState();
    const { renders: read, cursor } = await this.#client.call('renders.page', {
      projectId: session.projectId,
      limit: PAGE_SIZE,
      onlyStarred,
      ...(page === 'newest' || rendersCursor === null ? {} : { cursor: rendersCursor }),
    });
    if (session !== this.#shown()) return;
    useStudio.setState({
      renders:
        page === 'newest'
          ? read
          : [...renders, ...read.filter((one) => !renders.some((two) => two.renderId === one.renderId))],
      rendersCursor: cursor,
    });
  }

  /** Queues a render of the scene as it is, once everything is saved; its result shows by itself. */
  async enqueue(session: ProjectSession, options: { atFront?: boolean } = {}): Promise<RenderSummary> {
    const mark = this.#results.mark();
    await session.saved();
    const render = await this.#client.call('renders.enqueue', { projectId: session.projectId, ...options });
    this.#expect(render, mark);
    return render;
  }

  /** Queues a draft of a document before everything else that waits. */
  async enqueueDraft({ projectId }: ProjectSession, document: SceneDocument): Promise<RenderSummary> {
    const mark = this.#results.mark();
    const render = await this.#client.call('renders.enqueue', { projectId, atFront: true, document });
    this.#expect(render, mark);
    return render;
  }

  /** Shows a render on the canvas, in the way of comparing that is chosen. */
  show(render: RenderSummary, comparedRenderId: string | null = null): void {
    this.#pin(render);
    useEditor.setState({ shownRenderId: render.renderId, comparedRenderId, readyRenderId: null });
  }

  /** A render of the shown project is new or changed its state. */
  changed(render: RenderSummary): void {
    this.#put(render);
    this.#results.changed(render);
  }

  /** Reads the newest page after the connection was gone. */
  async catchUp(session: ProjectSession): Promise<void> {
    await this.load(session, 'newest');
    // The end of one that is awaited may be among what was missed.
    for (const render of useStudio.getState().renders) this.#results.changed(render);
  }

  /** What the next page goes on waiting for. */
  awaited(): PageMemory['awaited'] {
    return this.#results.awaited();
  }

  /** Waits for what the page before this one waited for; what has ended meanwhile shows at once. */
  resume(awaited: PageMemory['awaited']): void {
    this.#results.resume(awaited);
    for (const { renderId } of awaited) this.#applyKnown(renderId);
  }

  #expect({ renderId }: RenderSummary, mark: number): void {
    this.#results.expect(renderId, mark);
    // The event of its end may have come before the answer.
    this.#applyKnown(renderId);
  }

  #applyKnown(renderId: string): void {
    const known = findRender(useStudio.getState(), renderId);
    if (known) this.#results.changed(known);
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
    if (useStudio.getState().pinned[render.renderId]) this.#pin(render);
    const { comparedRenderId, shownRenderId } = useEditor.getState();
    if (render.isDeleted && [comparedRenderId, shownRenderId].includes(render.renderId)) showScene();
  }
}
