/**
 * The bridge: one named method for every command of the contract, and nothing else of Electron. Bundled into one
 * file (build/build-host.ts); the names come from the contract's table.
 */
import { contextBridge, ipcRenderer } from 'electron';
import { COMMAND_CHANNEL, EVENT_CHANNEL, UPLOAD_CHANNEL } from '../contract/bridge-channels.ts';
import { commandNames } from '../contract/commands.ts';
import { eventNames } from '../contract/events.ts';

const knownEvents: ReadonlySet<string> = new Set(eventNames);

const bridge = {
  /** By the command's name; each gives the envelope as it came. */
  commands: Object.fromEntries(
    commandNames.map((name) => [name, (input: unknown) => ipcRenderer.invoke(COMMAND_CHANNEL, name, input)]),
  ),
  /** @returns ends it */
  onEvent: (listener: (event: string, payload: unknown) => void): (() => void) => {
    // The event's own object would give the page a way to the sender: only name and payload are passed on.
    const receive = (_: unknown, event: unknown, payload: unknown) => {
      if (typeof event === 'string' && knownEvents.has(event)) listener(event, payload);
    };
    ipcRenderer.on(EVENT_CHANNEL, receive);
    return () => void ipcRenderer.removeListener(EVENT_CHANNEL, receive);
  },
  /** Makes bytes available to the host. @returns an envelope with their SHA-256 */
  upload: (bytes: Uint8Array, mediaType: string): Promise<unknown> =>
    ipcRenderer.invoke(UPLOAD_CHANNEL, bytes, mediaType),
};

/** What the page finds as `window.pnpMixBridge`. */
export type StudioBridge = typeof bridge;

contextBridge.exposeInMainWorld('pnpMixBridge', bridge);
