/**
 * Cutting out a concept's picture: it is shown on the canvas in place of the scene, and the mask tools paint its used
 * part. Each gesture is a step of the project's history, so that nothing is lost with the page; Cancel adds one more
 * step, which restores the previous mask.
 */
import i18next from 'i18next';
import type { CanvasTools } from '../canvas/canvas-tools.ts';
import type { CanvasView } from '../canvas/canvas-view.ts';
import type { StudioClient } from '../client/studio-client.ts';
import { changeConcept } from '../editor/document-commands.ts';
import { type CutOutInHand, showScene, type ToolInHand, useEditor } from './editor-store.ts';
import type { ProjectSession, ProjectView } from './project-session.ts';
import { useStudio } from './studio-store.ts';

/** The parts of the canvas that this needs. */
interface Canvas {
  readonly tools: Pick<CanvasTools, 'conclude' | 'cancel' | 'setTool'>;
  readonly view: Pick<CanvasView, 'fit'>;
}

/** Scene tools, and one that moves a mask that does not exist yet: smart select is the way to start then. */
const OF_NO_USE: readonly ToolInHand[] = ['frame', 'move'];

export class CutOuts {
  readonly #client: Pick<StudioClient, 'call'>;
  readonly #canvas: Canvas;

  constructor(client: Pick<StudioClient, 'call'>, canvas: Canvas) {
    this.#client = client;
    this.#canvas = canvas;
    // Without its concept or picture there is nothing left to cut out.
    useStudio.subscribe(({ project }) => {
      const { cutOut } = useEditor.getState();
      if (cutOut && !isOf(cutOut, project)) this.#leave();
    });
  }

  /**
   * Opens a concept's picture on the canvas. Does nothing for a locked concept, or one without a picture.
   *
   * @throws StudioError ASSET_MISSING, HOST_UNREACHABLE
   */
  async begin(session: ProjectSession, conceptId: string): Promise<void> {
    const find = () => session.document.concepts.find(({ id }) => id === conceptId);
    const image = find()?.image ?? null;
    if (image === null || find()?.locked) return;
    const { width, height } = await this.#client.call('assets.info', {
      projectId: session.projectId,
      asset: image,
    });
    const concept = find();
    // Another project may be shown meanwhile, or the concept may have another picture.
    if (useStudio.getState().project?.state.projectId !== session.projectId) return;
    if (!concept || concept.locked || concept.image !== image) return;
    this.#canvas.tools.conclude();
    showScene();
    const { tool: toolBefore } = useEditor.getState();
    useEditor.setState({
      cutOut: {
        conceptId,
        image,
        size: { width, height },
        before: concept.subject,
        startPosition: session.view().position,
        toolBefore,
      },
      activeConceptId: conceptId,
      offer: null,
    });
    if (OF_NO_USE.includes(toolBefore)) this.#take('select');
    this.#canvas.view.fit();
  }

  /** Returns to the scene, keeping what was painted. */
  finish(): void {
    if (useEditor.getState().cutOut === null) return;
    this.#canvas.tools.conclude();
    this.#leave();
  }

  /** Returns to the scene, with the picture cut out as before. */
  async cancel(session: ProjectSession): Promise<void> {
    const { cutOut } = useEditor.getState();
    if (cutOut === null) return;
    this.#canvas.tools.cancel();
    this.#leave();
    const { conceptId, image, before } = cutOut;
    // Prepared in its turn, after gestures whose masks are still being saved.
    await session.editPrepared(i18next.t('changes.cancelCutOut'), async () => (document) => {
      const concept = document.concepts.find(({ id }) => id === conceptId);
      return concept?.image === image ? changeConcept(document, conceptId, { subject: before }) : document;
    });
  }

  #leave(): void {
    const { cutOut } = useEditor.getState();
    useEditor.setState({ cutOut: null });
    if (cutOut) this.#take(cutOut.toolBefore);
    this.#canvas.view.fit();
  }

  #take(tool: ToolInHand): void {
    useEditor.setState({ tool });
    this.#canvas.tools.setTool(tool);
  }
}

/** Whether undo has a step to revert: while a picture is cut out, only one of the cut-out. */
export function canUndoNow(
  { canUndo, position }: Pick<ProjectView, 'canUndo' | 'position'>,
  cutOut: CutOutInHand | null,
): boolean {
  return canUndo && (cutOut === null || position > cutOut.startPosition);
}

function isOf({ conceptId, image }: CutOutInHand, project: ProjectView | null): boolean {
  const concept = project?.document.concepts.find(({ id }) => id === conceptId);
  return concept !== undefined && concept.image === image && !concept.locked;
}
