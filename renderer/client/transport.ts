/** How the renderer reaches its host. There are two: a WebSocket (browser host) and the preload bridge (Electron). */
import type { AssetId } from '../../electron/contract/render-request.ts';

/**
 * Whether the host can be reached. `lost`: it may come back by itself. `refused`: this page does not know the host that
 * is there, and has to be opened by the address that it printed. `insecure`: the browser keeps keys for this machine's
 * own addresses and for https only.
 */
export type ConnectionState = 'connected' | 'lost' | 'refused' | 'insecure';

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
  /** Tells of every change of the connection, and its present state at once. @returns ends it */
  onConnection(listener: (state: ConnectionState) => void): () => void;
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
