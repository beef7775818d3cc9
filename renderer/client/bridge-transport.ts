/** The Electron host: commands, events and uploads over the preload bridge, pictures from asset://. */
import { ASSET_ADDRESS, MAX_PART_BYTES, type StudioBridge } from '../../electron/contract/bridge.ts';
import { envelopeSchema } from '../../electron/contract/command.ts';
import { StudioError } from '../../electron/contract/errors.ts';
import type { AssetId } from '../../electron/contract/render-request.ts';
import type { ConnectionState, Transport } from './transport.ts';

export class BridgeTransport implements Transport {
  readonly #bridge: StudioBridge;

  constructor(bridge: StudioBridge) {
    this.#bridge = bridge;
  }

  async call(command: string, input: unknown): Promise<unknown> {
    const method = this.#bridge.commands[command];
    if (!method) throw new StudioError('COMMAND_UNKNOWN', `The host has no command ${command}.`);
    return method(input);
  }

  onEvent(listener: (event: string, payload: unknown) => void): () => void {
    return this.#bridge.onEvent(listener);
  }

  /** The host is the page's parent process: it exists as long as the page. */
  onConnection(listener: (state: ConnectionState) => void): () => void {
    listener('connected');
    return () => {};
  }

  async upload(id: AssetId, bytes: Uint8Array<ArrayBuffer>, mediaType: string): Promise<void> {
    let answer: string | null = null;
    let at = 0;
    do {
      // A copy: a view would transfer its whole buffer.
      const part = bytes.slice(at, at + MAX_PART_BYTES);
      at += MAX_PART_BYTES;
      const isLast = at >= bytes.length;
      const envelope = envelopeSchema.parse(
        await this.#bridge.upload({ upload: answer, bytes: part, mediaType, isLast }),
      );
      if (!envelope.ok) throw new StudioError(envelope.code, envelope.message);
      answer = String(envelope.value);
    } while (at < bytes.length);
    if (answer !== id) {
      throw new StudioError('ASSET_INVALID', 'The picture was damaged on its way to the host. Add it again.');
    }
  }

  assetUrl(id: AssetId): string {
    return `${ASSET_ADDRESS}${id}`;
  }
}
