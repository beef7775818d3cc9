/**
 * The bridge: one named method for every command of the contract, and nothing else of Electron. Bundled into one
 * file (build/build-host.ts); the names come from the contract's table.
 */
import { contextBridge, ipcRenderer } from 'electron';
import { COMMAND_CHANNEL, EVENT_CHANNEL, type StudioBridge, UPLOAD_CHANNEL } from '../contract/bridge.ts';
import { commandNames } from '../contract/commands.ts';
import { eventNames } from '../contract/events.ts';

const knownEvents: ReadonlySet<string> = new Set(eventNames);

const bridge: StudioBridge = {
  commands: Object.fromEntries(
    commandNames.map((name) => [name, (input: unknown) => ipcRenderer.invoke(COMMAND_CHANNEL, name, input)]),
  ),
  onEvent: (listener) => {
    // The event's own object would give the page a way to the sender: only name and payload are passed on.
    const receive = (_: unknown, event: unknown, payload: unknown) => {
      if (typeof event === 'string' && knownEvents.has(event)) listener(event, payload);
    };
    ipcRenderer.on(EVENT_CHANNEL, receive);
    return () => void ipcRenderer.removeListener(EVENT_CHANNEL, receive);
  },
  upload: (part) => ipcRenderer.invoke(UPLOAD_CHANNEL, part),
};

contextBridge.exposeInMainWorld('pnpMixBridge', bridge);
