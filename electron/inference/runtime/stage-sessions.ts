/** Keeps only the sessions of the stage in use: text encoding, the U-Net, or encoding and decoding pictures. */
import type { ComponentName } from '../../../native-models/graph/index.ts';

type Stage = 'text' | 'unet' | 'pictures';

interface Releasable {
  readonly component: ComponentName;
  release(): Promise<void>;
}

/** For a task at a time: a session must not be in use when one of another stage is asked for. */
export class StageSessions {
  readonly #open = new Set<Releasable>();

  /** Releases the sessions of other stages before one is created. */
  async enter(session: Releasable): Promise<void> {
    const stage = stageOf(session.component);
    for (const other of [...this.#open]) {
      if (stageOf(other.component) === stage) continue;
      this.#open.delete(other);
      await other.release();
    }
    this.#open.add(session);
  }
}

function stageOf(component: ComponentName): Stage {
  if (component === 'unet') return 'unet';
  return component.startsWith('text_encoder') ? 'text' : 'pictures';
}
