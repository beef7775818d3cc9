/** Masks between the canvas and the host: saves painted masks, and detects objects by phrase. */

import i18next from 'i18next';
import { StudioError } from '../../electron/contract/errors.ts';
import type { Notice } from '../../electron/contract/notices.ts';
import type { AssetId } from '../../electron/contract/render-request.ts';
import type { MaskChange } from '../canvas/workbench-events.ts';
import type { StudioClient } from '../client/studio-client.ts';
import { changeUnlockedConcept } from '../editor/document-commands.ts';
import { firstChosen, type MaskHit } from '../editor/mask-hits.ts';
import { isBlank, type MaskPlane, type Point } from '../editor/mask-plane.ts';
import { changeTarget } from '../editor/mask-target.ts';
import { useEditor } from './editor-store.ts';
import type { Jobs } from './jobs.ts';
import { reportNotice } from './notices.ts';
import { readPrepareSettings } from './prepare-settings.ts';
import type { ProjectSession } from './project-session.ts';
import { useStudio } from './studio-store.ts';

/** Wait before retrying an upload of a mask. */
const RETRY_MS = 500;

/** The result of a detection, with the host's notices. */
export interface PhraseFind {
  /** undefined where nothing was found. */
  readonly mask: AssetId | undefined;
  readonly notices: readonly Notice[];
}

export class Masks {
  readonly #client: Pick<StudioClient, 'call' | 'upload'>;
  readonly #jobs: Pick<Jobs, 'ended'>;
  readonly #encode: (plane: MaskPlane) => Promise<Uint8Array<ArrayBuffer>>;

  /** @param encode writes a mask as PNG */
  constructor(
    client: Pick<StudioClient, 'call' | 'upload'>,
    jobs: Pick<Jobs, 'ended'>,
    encode: (plane: MaskPlane) => Promise<Uint8Array<ArrayBuffer>>,
  ) {
    this.#client = client;
    this.#jobs = jobs;
    this.#encode = encode;
  }

  /**
   * Saves a mask as one step of the history, at its current position in the order of changes.
   *
   * @param targetId of the mask (editor/mask-target.ts)
   * @returns its id; null for a blank one
   */
  async save(
    session: ProjectSession,
    targetId: string,
    plane: MaskPlane | Promise<MaskPlane>,
    change: MaskChange,
  ): Promise<AssetId | null> {
    const label =
      change.kind === 'gesture'
        ? i18next.t(`changes.${change.label}`)
        : i18next.t(`mask.${change.kind === 'copy' ? 'copy' : change.label}`);
    // The steps point out a concept without a mask; a render would refuse an empty mask.
    const encoded = this.#encodeUnlessBlank(plane);
    // It is awaited in its turn; until then a failure must not count as unhandled.
    encoded.catch(() => undefined);
    let saved: AssetId | null = null;
    await session.editPrepared(label, async (projectId) => {
      const bytes = await encoded;
      const mask = bytes === null ? null : await this.#import(bytes, projectId);
      saved = mask;
      return (document) => changeTarget(document, targetId, mask);
    });
    return saved;
  }

  async #encodeUnlessBlank(plane: MaskPlane | Promise<MaskPlane>): Promise<Uint8Array<ArrayBuffer> | null> {
    const made = await plane;
    return isBlank(made) ? null : this.#encode(made);
  }

  /** Adds a mask to a project. */
  async add(plane: MaskPlane, projectId: string): Promise<AssetId> {
    return this.#import(await this.#encode(plane), projectId);
  }

  async #import(bytes: Uint8Array<ArrayBuffer>, projectId: string): Promise<AssetId> {
    const upload = await this.#upload(bytes);
    const { asset } = await this.#client.call('assets.import', {
      projectId,
      upload,
      name: 'mask.png',
      kind: 'mask',
    });
    return asset;
  }

  async #upload(bytes: Uint8Array<ArrayBuffer>): Promise<AssetId> {
    try {
      return await this.#client.upload(bytes, 'image/png');
    } catch (error) {
      // Uploads use another connection: the session retries as soon as its own one works.
      if (error instanceof StudioError && error.code === 'HOST_UNREACHABLE') {
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
      throw error;
    }
  }

  /**
   * Masks anything under a point of the background.
   *
   * @param at in background pixels
   * @returns undefined where nothing was found
   */
  async objectAt(session: ProjectSession, { x, y }: Point): Promise<AssetId | undefined> {
    const { background } = session.document;
    if (background === null) return undefined;
    const job = await this.#client.call('prepare.selectMask', {
      projectId: session.projectId,
      image: background,
      points: [{ x, y, isInside: true }],
      box: null,
    });
    const { result } = await this.#jobs.ended(job);
    return result?.kind === 'masks' ? result.candidates[0]?.mask : undefined;
  }

  /**
   * Detects a concept's object in the background by its phrase, and sets its mask. Several hits are shown to choose
   * from (mask-hits.ts).
   */
  async findConcept(session: ProjectSession, conceptId: string, phrase: string): Promise<PhraseFind> {
    const { background } = session.document;
    if (background === null) return { mask: undefined, notices: [] };
    const { hits, notices } = await this.searchPhrase(session, background, phrase);
    const mask = hits[0]?.mask;
    const find = { mask, notices };
    if (mask === undefined) return find;
    if (session.document.background !== background) reportNotice(i18next.t('prepare.outdated'));
    else if (hits.length > 1) {
      // Another project may be shown meanwhile, and the concept may have been removed or locked.
      const isOpen = session.document.concepts.some(({ id, locked }) => id === conceptId && !locked);
      if (isOpen && useStudio.getState().project?.state.projectId === session.projectId) {
        const found = { conceptId, image: background, phrase, hits, chosen: firstChosen(hits) };
        useEditor.setState({ hits: { ...found, isSearching: false }, activeConceptId: conceptId });
      }
      return find;
    }
    session.edit(i18next.t('changes.find', { phrase }), (document) =>
      // The background may have been replaced meanwhile.
      document.background === background ? changeUnlockedConcept(document, conceptId, { mask }) : document,
    );
    return find;
  }

  /** Finds the best mask for a phrase in a picture of the project; null: for its salient subject. */
  async findByPhrase(session: ProjectSession, image: AssetId, phrase: string | null): Promise<PhraseFind> {
    const { hits, notices } = await this.searchPhrase(session, image, phrase);
    return { mask: hits[0]?.mask, notices };
  }

  /** Finds everything that a phrase names in a picture of the project, best first; null: its salient subject. */
  async searchPhrase(
    session: ProjectSession,
    image: AssetId,
    phrase: string | null,
  ): Promise<{ readonly hits: readonly MaskHit[]; readonly notices: readonly Notice[] }> {
    const { boxThreshold, textThreshold } = readPrepareSettings(useStudio.getState().settings.editor.prepare);
    const job = await this.#client.call('prepare.findMask', {
      projectId: session.projectId,
      image,
      phrase,
      boxThreshold,
      textThreshold,
    });
    const { result, notices } = await this.#jobs.ended(job);
    return { hits: result?.kind === 'masks' ? result.candidates : [], notices };
  }
}
