/** The address of a farm. */
import { StudioError } from '../contract/errors.ts';

/** A farm's address and credentials. */
export interface FarmAddress {
  /** redis:// or rediss://, with user and password if the server has them. */
  readonly url: string;
  readonly keyFile: string;
  /** PEM files for rediss://. */
  readonly tls?: {
    /** Certificate authority of the server; the system's by default. */
    readonly caFile?: string | undefined;
    /** This machine's own certificate and key, where the server asks for them. */
    readonly certFile?: string | undefined;
    readonly certKeyFile?: string | undefined;
  };
}

/** @throws StudioError USAGE */
export function serverName(url: string): string {
  const parsed = URL.parse(url);
  if (parsed !== null && ['redis:', 'rediss:'].includes(parsed.protocol) && parsed.hostname !== '') {
    return `${parsed.protocol}//${parsed.host}`;
  }
  // The text may hold a password: do not repeat it.
  throw new StudioError(
    'USAGE',
    'A farm’s address is redis://HOST:PORT or rediss://USER:PASSWORD@HOST:PORT.',
  );
}
