/** What a page in Electron finds as `window.pnpMixBridge`: the preload script provides it, the client uses it. */

export interface StudioBridge {
  /** Commands by name; each returns the host's envelope unchanged. */
  readonly commands: Readonly<Record<string, (input: unknown) => Promise<unknown>>>;
  /** @returns unsubscribes */
  readonly onEvent: (listener: (event: string, payload: unknown) => void) => () => void;
  /**
   * Makes a file available to the host, in one or more parts, one after the other.
   *
   * @returns an envelope: after the last part the SHA-256 of all of them, before that the upload's name for the next
   */
  readonly upload: (part: UploadPart) => Promise<unknown>;
}

/** A part of an upload. */
export interface UploadPart {
  /** The upload that it belongs to; null for the first part. */
  readonly upload: string | null;
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  readonly isLast: boolean;
}

/** Maximum length of a part, which is held in the host's memory as a whole. */
export const MAX_PART_BYTES: number = 16 << 20;

/** URL of pictures, up to their SHA-256. */
export const ASSET_ADDRESS = 'asset://sha256/';

/** The channels between the preload script and the host. */
export const COMMAND_CHANNEL = 'pnp-mix:command';
export const UPLOAD_CHANNEL = 'pnp-mix:upload';
export const EVENT_CHANNEL = 'pnp-mix:event';
