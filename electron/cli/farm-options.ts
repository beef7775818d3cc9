/** Options for a farm: its address, key and certificates. */
import { StudioError } from '../contract/errors.ts';
import { type FarmAddress, readAssetPlace } from '../farm/farm-address.ts';
import { findFarm } from '../farm/farm-list.ts';
import type { CommandOption, ParsedOptions } from '../foundation/command-line/command.ts';
import { studioFolders, thisMachine } from '../foundation/folders.ts';

export const farmOptions = {
  queue: {
    value: 'URL|NAME',
    description:
      'A farm: its Redis, redis://HOST:PORT or rediss://USER:PASSWORD@HOST:PORT, or its name of "farm add"; or ' +
      'PNPMIX_FARM_QUEUE.',
  },
  key: { value: 'FILE', description: 'The studio key of "pnpmix farm key"; or PNPMIX_FARM_KEY.' },
  'tls-ca': { value: 'FILE.pem', description: 'For rediss://: the authority of the server’s certificate.' },
  'tls-cert': { value: 'FILE.pem', description: 'For rediss://: this machine’s certificate, and its key:' },
  'tls-key': { value: 'FILE.pem', description: 'For rediss://: the key of --tls-cert.' },
  assets: {
    value: 's3://BUCKET/PREFIX|redis',
    description:
      'Where the farm’s pictures are: S3-compatible storage, with the credentials of AWS’s environment variables or ' +
      'profile. Workers publish it; clients need it only to reach it by another address.',
  },
  's3-endpoint': { value: 'URL', description: 'With --assets s3://...: a server other than AWS.' },
  's3-path-style': { description: 'With --assets s3://...: the bucket is in the path of the address.' },
} as const satisfies Record<string, CommandOption>;

type Environment = Readonly<Record<string, string | undefined>>;

/** The settings folder of this user. */
export function settingsFolder(): string {
  return studioFolders(thisMachine()).settings;
}

/**
 * The farm of the options or the environment; undefined when none is named.
 *
 * @throws StudioError USAGE for an address without a key, FARM_UNKNOWN for a name that this computer does not know
 */
export async function readFarm(
  options: ParsedOptions,
  environment: Environment,
): Promise<FarmAddress | undefined> {
  const queue = options.text('queue') ?? environment.PNPMIX_FARM_QUEUE;
  if (queue === undefined || queue === '') return undefined;
  if (!queue.includes('://')) {
    const assets = readAssets(options);
    return { ...(await findFarm(settingsFolder(), queue)), ...(assets !== undefined && { assets }) };
  }
  return requireAddress(options, environment);
}

/** {@link readFarm}. @throws StudioError also USAGE when no farm is named */
export async function requireFarm(options: ParsedOptions, environment: Environment): Promise<FarmAddress> {
  const farm = await readFarm(options, environment);
  if (farm !== undefined) return farm;
  throw new StudioError('USAGE', 'Name the farm’s Redis: --queue redis://HOST:PORT.');
}

/** The farm of an address. @throws StudioError USAGE when it or its key is missing */
export function requireAddress(options: ParsedOptions, environment: Environment): FarmAddress {
  const url = options.text('queue') ?? environment.PNPMIX_FARM_QUEUE;
  if (url === undefined || url === '') {
    throw new StudioError('USAGE', 'Name the farm’s Redis: --queue redis://HOST:PORT.');
  }
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
    assets: readAssets(options),
  };
}

function readAssets(options: ParsedOptions): FarmAddress['assets'] {
  const text = options.text('assets');
  const endpoint = options.text('s3-endpoint');
  const pathStyle = options.has('s3-path-style');
  if (text !== undefined) return readAssetPlace(text, { endpoint, pathStyle });
  if (endpoint === undefined && !pathStyle) return undefined;
  throw new StudioError('USAGE', '--s3-endpoint and --s3-path-style need --assets s3://BUCKET/PREFIX.');
}
