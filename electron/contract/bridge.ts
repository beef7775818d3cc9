/** What a page in Electron finds as `window.pnpMixBridge`: the preload script provides it, the client uses it. */

export interface StudioBridge {
  /** By the command's name; each gives the envelope as it came. */
  readonly commands: Readonly<Record<string, (input: unknown) => Promise<unknown>>>;
  /** @returns ends it */
  readonly onEvent: (listener: (event: string, payload: unknown) => void) => () => void;
  /** Makes bytes available to the host. @returns an envelope with their SHA-256 */
  readonly upload: (bytes: Uint8Array, mediaType: string) => Promise<unknown>;
}

/** Where pictures are, before their SHA-256. */
export const ASSET_ADDRESS = 'asset://sha256/';

/** The channels between the preload script and the host. */
export const COMMAND_CHANNEL = 'pnp-mix:command';
export const UPLOAD_CHANNEL = 'pnp-mix:upload';
export const EVENT_CHANNEL = 'pnp-mix:event';
