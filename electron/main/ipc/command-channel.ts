/** The host's end of the bridge: sender check -> parse -> run -> envelope, for commands and for uploaded bytes. */
import type { IpcMain, IpcMainInvokeEvent } from 'electron';
import { createDispatcher } from '../../app/dispatcher.ts';
import type { Studio } from '../../app/studio.ts';
import { asFailure } from '../../app/studio-error.ts';
import { COMMAND_CHANNEL, UPLOAD_CHANNEL } from '../../contract/bridge.ts';
import type { Envelope } from '../../contract/command.ts';
import { isAppAddress } from '../addresses.ts';
import type { StudioWindows } from '../windows/studio-windows.ts';
import { UploadParts } from './upload-parts.ts';

export interface CommandChannelOptions {
  readonly ipcMain: IpcMain;
  readonly studio: Studio;
  readonly windows: StudioWindows;
  readonly onFault: (error: unknown, what: string) => void;
}

export function openCommandChannel({ ipcMain, studio, windows, onFault }: CommandChannelOptions): void {
  const identify = (event: IpcMainInvokeEvent) => identifySender(event, windows);
  const dispatch = createDispatcher({
    handlers: studio.handlers,
    identify,
    onFault,
    onRefused: studio.onRefused,
  });
  ipcMain.handle(COMMAND_CHANNEL, async (event, command: unknown, input: unknown) => {
    const envelope = await dispatch(event, command, input);
    const client = identify(event);
    // A page that sends commands is listening: deliver what waited for it.
    if (client !== null) windows.setListening(client.clientId);
    return envelope;
  });
  const uploads = new UploadParts(studio);
  ipcMain.handle(UPLOAD_CHANNEL, async (event, part: unknown): Promise<Envelope<string>> => {
    const client = identify(event);
    if (client === null) {
      return { ok: false, code: 'SENDER_REFUSED', message: 'Pictures from this sender are refused.' };
    }
    try {
      return { ok: true, value: await uploads.take(client.clientId, part) };
    } catch (error) {
      return asFailure(error);
    }
  });
}

/** Accepts only the main frame of a window of this program that shows the program's own page. */
function identifySender(
  { sender, senderFrame }: IpcMainInvokeEvent,
  windows: StudioWindows,
): { readonly clientId: string } | null {
  const clientId = windows.clientOf(sender);
  if (clientId === undefined || senderFrame === null) return null;
  if (senderFrame.parent !== null || !isAppAddress(senderFrame.url)) return null;
  return { clientId };
}
