/** The address of a farm. */
import { StudioError } from '../contract/errors.ts';
import { type AssetPlace, assetPlaceSchema } from '../contract/farm.ts';

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
  /** Where pictures are; for a client by default where the workers have published it, Redis if they have not. */
  readonly assets?: AssetPlace | 'redis' | undefined;
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

/**
 * Reads where pictures are.
 *
 * @param text s3://BUCKET, s3://BUCKET/PREFIX or redis
 * @throws StudioError USAGE
 */
export function readAssetPlace(
  text: string,
  { endpoint, pathStyle }: { readonly endpoint: string | undefined; readonly pathStyle: boolean },
): AssetPlace | 'redis' {
  if (text === 'redis' && endpoint === undefined && !pathStyle) return 'redis';
  const [, bucket, path = ''] = /^s3:\/\/([^/]+)(?:\/(.*))?$/.exec(text) ?? [];
  const prefix = path === '' || path.endsWith('/') ? path : `${path}/`;
  const place = assetPlaceSchema.safeParse({
    bucket,
    prefix,
    pathStyle,
    ...(endpoint !== undefined && { endpoint }),
  });
  if (place.success) return place.data;
  throw new StudioError(
    'USAGE',
    'The store for a farm’s pictures is s3://BUCKET/PREFIX, with --s3-endpoint https://HOST and --s3-path-style where ' +
      'it is not AWS; or redis.',
  );
}
