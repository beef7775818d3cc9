/**
 * Live drafts: at most one is under way, the newest scene wins, and at most one is kept. A draft of a scene that is no
 * more is cancelled; when a new one has ended, the one before leaves the history, unless the user starred or named it.
 */
import { StudioError } from '../../electron/contract/errors.ts';
import type { RenderSummary } from '../../electron/contract/render-record.ts';
import type { SceneDocument } from '../../electron/contract/scene-document.ts';

/** What a draft needs of the studio. */
export interface DraftHost {
  /** Queues a draft before everything else that waits. */
  enqueue(document: SceneDocument): Promise<RenderSummary>;
  /** Cancels a render without a trace in the history. */
  cancel(renderId: string): Promise<unknown>;
  /** Takes a render out of the history; it can still be had back. */
  remove(renderId: string): Promise<unknown>;
  /** What is known of a render now. */
  find(renderId: string): RenderSummary | undefined;
  fail(error: unknown): void;
}

export class LiveDrafts {
  readonly #host: DraftHost;
  #wanted: SceneDocument | undefined;
  #isWorking = false;
  /** Since the last request nobody has stopped it. */
  #isOn = false;
  /** The draft that waits or runs. */
  #underWay: string | undefined;
  /** The last one that ended. */
  #last: string | undefined;
  /** Those that were cancelled: one may be done all the same, when the cancelling came too late. */
  readonly #dropped = new Set<string>();

  constructor(host: DraftHost) {
    this.#host = host;
  }

  /** Wants a draft of this scene, in the place of the one before. */
  async request(document: SceneDocument): Promise<void> {
    this.#wanted = document;
    this.#isOn = true;
    if (this.#isWorking) return;
    this.#isWorking = true;
    try {
      while (this.#wanted) {
        await this.#cancelUnderWay();
        const wanted: SceneDocument = this.#wanted;
        this.#wanted = undefined;
        this.#underWay = (await this.#host.enqueue(wanted)).renderId;
        // The event of its end may have come before the answer.
        const known = this.#host.find(this.#underWay);
        if (known) this.changed(known);
        // It was stopped while the draft was being queued: there was nothing to cancel then.
        if (!this.#isOn) await this.#cancelUnderWay();
      }
    } catch (error) {
      this.#host.fail(error);
    } finally {
      this.#isWorking = false;
    }
  }

  /** Wants no draft any more. */
  async stop(): Promise<void> {
    this.#wanted = undefined;
    this.#isOn = false;
    await this.#cancelUnderWay().catch((error: unknown) => this.#host.fail(error));
  }

  /** A render changed its state. */
  changed({ renderId, state }: RenderSummary): void {
    if (state === 'queued' || state === 'running') return;
    if (this.#dropped.delete(renderId) && state !== 'cancelled') this.#remove(renderId);
    if (renderId !== this.#underWay) return;
    this.#underWay = undefined;
    if (state === 'cancelled') return;
    const before = this.#last === undefined ? undefined : this.#host.find(this.#last);
    this.#last = renderId;
    if (before && !before.isStarred && before.name === null && !before.isDeleted)
      this.#remove(before.renderId);
  }

  #remove(renderId: string): void {
    this.#host.remove(renderId).catch((error: unknown) => this.#host.fail(error));
  }

  async #cancelUnderWay(): Promise<void> {
    const renderId = this.#underWay;
    if (renderId === undefined) return;
    this.#underWay = undefined;
    this.#dropped.add(renderId);
    try {
      await this.#host.cancel(renderId);
    } catch (error) {
      // It has ended meanwhile.
      if (!(error instanceof StudioError) || error.code !== 'RENDER_UNKNOWN') throw error;
    }
  }
}
