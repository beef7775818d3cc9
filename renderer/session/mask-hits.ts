/** A search by text with several hits: searched again with other thresholds, and used as the concept's mask. */
import i18next from 'i18next';
import type { AssetId } from '../../electron/contract/render-request.ts';
import { changeUnlockedConcept } from '../editor/document-commands.ts';
import { type FoundHits, firstChosen, mergePlanes } from '../editor/mask-hits.ts';
import type { MaskPlane } from '../editor/mask-plane.ts';
import { type EditorState, useEditor } from './editor-store.ts';
import type { Masks } from './masks.ts';
import type { ProjectSession, ProjectView } from './project-session.ts';

/**
 * The hits to choose from, while the canvas shows them: neither Enter nor Escape is meant for hits of another concept
 * or background, or under another picture.
 */
export function shownHits(
  {
    hits,
    activeConceptId,
    cutOut,
    stagedBackground,
    shownRenderId,
  }: Pick<EditorState, 'hits' | 'activeConceptId' | 'cutOut' | 'stagedBackground' | 'shownRenderId'>,
  project: Pick<ProjectView, 'document'> | null,
): FoundHits | null {
  if (hits === null || project === null || hits.conceptId !== activeConceptId) return null;
  const { background, concepts } = project.document;
  const isOfScene = background === hits.image && concepts.some(({ id }) => id === hits.conceptId);
  const isCovered = cutOut !== null || stagedBackground !== null || shownRenderId !== null;
  return isOfScene && !isCovered ? hits : null;
}

export class MaskHits {
  readonly #masks: Pick<Masks, 'searchPhrase' | 'add'>;
  readonly #load: (mask: AssetId) => Promise<MaskPlane>;
  #searches = 0;

  /** @param load reads a mask of the picture on the canvas */
  constructor(masks: Pick<Masks, 'searchPhrase' | 'add'>, load: (mask: AssetId) => Promise<MaskPlane>) {
    this.#masks = masks;
    this.#load = load;
  }

  /**
   * Searches again with the current thresholds; of several searches, the last one counts.
   *
   * @throws StudioError what a search throws
   */
  async searchAgain(session: ProjectSession): Promise<void> {
    const { hits: shown } = useEditor.getState();
    if (shown === null) return;
    const search = ++this.#searches;
    useEditor.setState({ hits: { ...shown, isSearching: true } });
    const isCurrent = () => {
      const { hits } = useEditor.getState();
      return search === this.#searches && hits?.conceptId === shown.conceptId && hits.image === shown.image;
    };
    try {
      const { hits } = await this.#masks.searchPhrase(session, shown.image, shown.phrase);
      if (isCurrent())
        useEditor.setState({ hits: { ...shown, hits, chosen: firstChosen(hits), isSearching: false } });
    } catch (error) {
      if (isCurrent()) useEditor.setState({ hits: { ...shown, isSearching: false } });
      throw error;
    }
  }

  /**
   * Makes the chosen hits the concept's mask, as one step of the history; several are merged.
   *
   * @throws StudioError ASSET_MISSING, HOST_UNREACHABLE, DISK_FULL
   */
  async apply(session: ProjectSession, { conceptId, image, phrase, hits, chosen }: FoundHits): Promise<void> {
    useEditor.setState({ hits: null });
    const [first, ...rest] = chosen.map((index) => hits[index]!.mask);
    if (first === undefined) return;
    const merged = rest.length > 0 ? this.#merged(first, rest) : undefined;
    // It is awaited in its turn; until then a failure must not count as unhandled.
    merged?.catch(() => undefined);
    await session.editPrepared(i18next.t('changes.find', { phrase }), async (projectId) => {
      const mask = merged === undefined ? first : await this.#masks.add(await merged, projectId);
      return (document) =>
        document.background === image ? changeUnlockedConcept(document, conceptId, { mask }) : document;
    });
  }

  async #merged(first: AssetId, rest: readonly AssetId[]): Promise<MaskPlane> {
    const planes = await Promise.all(rest.map((mask) => this.#load(mask)));
    return mergePlanes([await this.#load(first), ...planes]);
  }
}
