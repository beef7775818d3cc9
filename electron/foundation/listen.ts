/** Starts a server of this program, with one error for an unavailable port. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { StudioError } from '../contract/errors.ts';

/**
 * @param port 0 picks a free one
 * @param portOption the command line's option that chooses the port, for the message
 * @returns the port
 * @throws StudioError ADDRESS_UNAVAILABLE
 */
export async function listen(
  server: Server,
  port: number,
  address: string,
  portOption = 'port',
): Promise<number> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, address, resolve);
    });
  } catch (cause) {
    const isInUse = (cause as NodeJS.ErrnoException).code === 'EADDRINUSE';
    const reason = isInUse ? `it is in use: choose another with --${portOption}` : String(cause);
    throw new StudioError('ADDRESS_UNAVAILABLE', `Cannot listen on ${address}, port ${port}: ${reason}.`, {
      cause,
    });
  }
  return (server.address() as AddressInfo).port;
}
