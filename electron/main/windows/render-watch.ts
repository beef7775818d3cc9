/** What the system shows of renders outside of the window: progress at the icon, and a message when a long one ends. */
import type { StudioEvent } from '../../contract/events.ts';
import type { RenderSummary } from '../../contract/render-record.ts';
import type { HostTexts } from '../host-texts.ts';

/** A shorter render has been waited for. */
const LONG_RENDER_MS = 10_000;

export interface RenderMessage {
  readonly title: string;
  readonly body: string;
}

export interface RenderWatchOptions {
  /** @param share 0 to 1; null when no render runs */
  readonly showProgress: (share: number | null) => void;
  readonly showMessage: (message: RenderMessage) => void;
  /** Whether the user looks at one of the windows. */
  readonly isInFront: () => boolean;
  /** In the window's language, which the user may change at any time. */
  readonly texts: () => HostTexts['renderEnded'];
  readonly now: () => number;
}

export class RenderWatch {
  readonly #options: RenderWatchOptions;
  /** When each running render began, by its id. */
  readonly #began = new Map<string, number>();

  constructor(options: RenderWatchOptions) {
    this.#options = options;
  }

  take(event: StudioEvent): void {
    if (event.event === 'render.progress') {
      const { renderId, step, total } = event.payload;
      if (!this.#began.has(renderId)) this.#began.set(renderId, this.#options.now());
      this.#options.showProgress(Math.min(step / total, 1));
    } else if (event.event === 'render.changed') this.#changed(event.payload.render);
    else if (event.event === 'queue.changed' && event.payload.entries.length === 0) {
      this.#began.clear();
      this.#options.showProgress(null);
    }
  }

  #changed({ renderId, state, name, sweep }: RenderSummary): void {
    const { now, isInFront, showMessage, texts } = this.#options;
    if (state === 'queued' || state === 'running') return;
    const began = this.#began.get(renderId);
    this.#began.delete(renderId);
    if (this.#began.size === 0) this.#options.showProgress(null);
    // Of a sweep, variations or drafts, single pictures are no news.
    if (began === undefined || state === 'cancelled' || sweep !== null) return;
    if (now() - began < LONG_RENDER_MS || isInFront()) return;
    showMessage(messageOf(state, name, texts()));
  }
}

function messageOf(
  state: 'done' | 'failed',
  name: string | null,
  texts: HostTexts['renderEnded'],
): RenderMessage {
  return { title: texts[state], body: name ?? texts.open };
}
