/** Live drafts of one project: carries out the effects of their state machine (draft-machine.ts). */
import { StudioError } from '../../electron/contract/errors.ts';
import type { RenderSummary } from '../../electron/contract/render-record.ts';
import type { SceneDocument } from '../../electron/contract/scene-document.ts';
import { type DraftEffect, type DraftEvent, noDrafts, stepDrafts } from './draft-machine.ts';

/** The studio functions for drafts, bound to the project that they started in. */
export interface DraftHost {
  /** Queues a draft first. */
  enqueue(document: SceneDocument): Promise<RenderSummary>;
  /** Cancels a render without a trace in the history. */
  cancel(renderId: string): Promise<unknown>;
  /** Deletes a render from the history; it can still be restored. */
  remove(renderId: string): Promise<unknown>;
  /** The current state of a render. */
  find(renderId: string): RenderSummary | undefined;
  fail(error: unknown): void;
}

export class LiveDrafts {
  readonly #host: DraftHost;
  #machine = noDrafts;
  #whenQuiet: (() => void)[] = [];

  constructor(host: DraftHost) {
    this.#host = host;
  }

  /** Requests a draft of this scene, replacing the previous one. @returns when no call to the host is in progress */
  request(document: SceneDocument): Promise<void> {
    this.#play({ kind: 'wanted', document });
    return this.#quiet();
  }

  /** Switches drafts off; one that is just being queued is cancelled when its id is known. */
  stop(): void {
    this.#play({ kind: 'stopped' });
  }

  /** A render changed its state. */
  changed(render: RenderSummary): void {
    this.#play({ kind: 'changed', render });
  }

  #quiet(): Promise<void> {
    if (this.#machine.call === null) return Promise.resolve();
    return new Promise((resolve) => this.#whenQuiet.push(resolve));
  }

  #play(event: DraftEvent): void {
    const { machine, effects } = stepDrafts(this.#machine, event);
    this.#machine = machine;
    for (const effect of effects) this.#carryOut(effect);
    if (this.#machine.call !== null) return;
    const waiting = this.#whenQuiet;
    this.#whenQuiet = [];
    for (const resolve of waiting) resolve();
  }

  #carryOut(effect: DraftEffect): void {
    const host = this.#host;
    switch (effect.kind) {
      case 'enqueue': {
        const { callId } = effect;
        host.enqueue(effect.document).then(
          // The event of its end may have come before the response.
          (render) => this.#play({ kind: 'queued', callId, render: host.find(render.renderId) ?? render }),
          (error: unknown) => this.#play({ kind: 'refused', callId, error }),
        );
        break;
      }
      case 'cancel': {
        const { callId } = effect;
        host.cancel(effect.renderId).then(
          () => this.#play({ kind: 'cancelled', callId }),
          (error: unknown) =>
            // It has finished meanwhile.
            this.#play(
              error instanceof StudioError && error.code === 'RENDER_UNKNOWN'
                ? { kind: 'cancelled', callId }
                : { kind: 'refused', callId, error },
            ),
        );
        break;
      }
      case 'retire': {
        const render = host.find(effect.renderId);
        if (render && !render.isStarred && render.name === null && !render.isDeleted) {
          this.#remove(effect.renderId);
        }
        break;
      }
      case 'remove':
        this.#remove(effect.renderId);
        break;
      case 'report':
        host.fail(effect.error);
    }
  }

  #remove(renderId: string): void {
    this.#host.remove(renderId).catch((error: unknown) => this.#host.fail(error));
  }
}
