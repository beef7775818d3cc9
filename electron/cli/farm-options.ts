/** Options for a farm: its address, key and certificates. */
import { StudioError } from '../contract/errors.ts';
import type { FarmAddress } from '../farm/farm-connection.ts';
import type { CommandOption, ParsedOptions } from '../foundation/command-line/command.ts';

export const farmOptions = {
  queue: {
    value: 'URL',
    description:
      'The farm’s Redis: redis://HOST:PORT or rediss://USER:PASSWORD@HOST:PORT; or PNPMIX_FARM_QUEUE.',
  },
  key: { value: 'FILE', description: 'The studio key of "pnpmix farm key"; or PNPMIX_FARM_KEY.' },
  'tls-ca': { value: 'FILE.pem', description: 'For rediss://: the authority of the server’s certificate.' },
  'tls-cert': { value: 'FILE.pem', description: 'For rediss://: this machine’s certificate, and its key:' },
  'tls-key': { value: 'FILE.pem', description: 'For rediss://: the key of --tls-cert.' },
} as const satisfies Record<string, CommandOption>;

/**
 * The farm of the options or the environment; undefined when none is named.
 *
 * @throws StudioError USAGE for a farm without a key
 */
export function readFarmAddress(
  options: ParsedOptions,
  environment: Readonly<Record<string, string | undefined>>,
): FarmAddress | undefined {
  const url = options.text('queue') ?? environment.PNPMIX_FARM_QUEUE;
  if (url === undefined || url === '') return undefined;
  const keyFile = options.text('key') ?? environment.PNPMIX_FARM_KEY;
  if (keyFile === undefined || keyFile === '') {
    throw new StudioError('USAGE', 'A farm needs --key FILE. Make one with: npx pnpmix farm key --out FILE');
  }
  return {
    url,
    keyFile,
    tls: {
      caFile: options.text('tls-ca'),
      certFile: options.text('tls-cert'),
      certKeyFile: options.text('tls-key'),
    },
  };
}

/** @throws StudioError USAGE when no farm is named */
export function requireFarmAddress(
  options: ParsedOptions,
  environment: Readonly<Record<string, string | undefined>>,
): FarmAddress {
  const address = readFarmAddress(options, environment);
  if (address !== undefined) return address;
  throw new StudioError('USAGE', 'Name the farm’s Redis: --queue redis://HOST:PORT.');
}
