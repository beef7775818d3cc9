/** The renderer's connection to its host: a WebSocket (browser host) or the preload bridge (Electron). */
import type { AssetId } from '../../electron/contract/render-request.ts';

/**
 * State of the connection. `lost`: it may come back without the user. `refused`: this page does not know the running
 * host, and has to be opened by its printed address. `insecure`: the browser stores keys only for addresses of this
 * machine and for https. `storeless`: the browser stores nothing for this page, such as with all cookies blocked.
 */
export type ConnectionState = 'connected' | 'lost' | 'refused' | 'insecure' | 'storeless';

export interface Transport {
  /**
   * Sends a command.
   *
   * @returns the envelope, not yet checked
   * @throws StudioError HOST_UNREACHABLE when the connection ends before the response; the command may or may not have
   *   run then
   */
  call(command: string, input: unknown): Promise<unknown>;
  /** Passes on every event, not yet checked. @returns unsubscribes */
  onEvent(listener: (event: string, payload: unknown) => void): () => void;
  /** Reports the connection's current state, then every change. @returns unsubscribes */
  onConnection(listener: (state: ConnectionState) => void): () => void;
  /**
   * Makes bytes available to the host.
   *
   * @param id SHA-256 of the bytes
   * @throws StudioError HOST_UNREACHABLE, or the host's errors
   */
  upload(id: AssetId, bytes: Uint8Array<ArrayBuffer>, mediaType: string): Promise<void>;
  /** The address of a picture. */
  assetUrl(id: AssetId): string;
}
