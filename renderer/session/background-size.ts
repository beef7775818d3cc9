/** The size of the shown project's background, loaded from the host. */
import type { AssetId } from '../../electron/contract/render-request.ts';
import type { StudioClient } from '../client/studio-client.ts';
import { reportError } from './notices.ts';
import { useStudio } from './studio-store.ts';

interface KnownSize {
  readonly of: AssetId;
  readonly width: number;
  readonly height: number;
}

export class BackgroundSize {
  readonly #client: Pick<StudioClient, 'call'>;
  #of: AssetId | null = null;
  #known: KnownSize | null = null;

  constructor(client: Pick<StudioClient, 'call'>) {
    this.#client = client;
  }

  /** Another project is shown. */
  clear(): void {
    this.#of = null;
    useStudio.setState({ backgroundSize: null });
  }

  /** Sets the size of a picture that is about to become the background, so that the host need not be asked. */
  know(known: KnownSize): void {
    this.#known = known;
  }

  /** Loads the size when the background changes; a late response is ignored. */
  async follow(projectId: string, background: AssetId | null): Promise<void> {
    if (background === this.#of) return;
    this.#of = background;
    if (background === null) {
      useStudio.setState({ backgroundSize: null });
      return;
    }
    if (background === this.#known?.of) {
      useStudio.setState({ backgroundSize: this.#known });
      return;
    }
    try {
      const { width, height } = await this.#client.call('assets.info', { projectId, asset: background });
      if (this.#of !== background) return;
      useStudio.setState({ backgroundSize: { of: background, width, height } });
    } catch (error) {
      this.#of = null;
      reportError(error);
    }
  }
}
