/** How the renderer reaches its host. There are two: a WebSocket (browser host) and the preload bridge (Electron). */
import type { AssetId } from '../../electron/contract/render-request.ts';

export interface Transport {
  /**
   * Sends a command.
   *
   * @returns the envelope as it came, not yet checked
   * @throws StudioError HOST_UNREACHABLE when the connection ends before the answer; whether the command was carried
   *   out is then unknown
   */
  call(command: string, input: unknown): Promise<unknown>;
  /** Hands on every event, not yet checked. @returns ends it */
  onEvent(listener: (event: string, payload: unknown) => void): () => void;
  /** Tells when the connection is there or gone; tells the present state at once. @returns ends it */
  onConnection(listener: (isConnected: boolean) => void): () => void;
  /**
   * Makes bytes available to the host.
   *
   * @param id SHA-256 of the bytes
   * @throws StudioError HOST_UNREACHABLE, or what the host says
   */
  upload(id: AssetId, bytes: Uint8Array<ArrayBuffer>, mediaType: string): Promise<void>;
  /** An address that pictures of the page can be loaded from. */
  assetUrl(id: AssetId): string;
}
