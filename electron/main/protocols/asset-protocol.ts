/** asset://sha256/<id>: the bytes of a picture, by its content, to the program's own page only. */
import { ASSET_POLICY } from '../../app/content-security-policy.ts';
import type { Studio } from '../../app/studio.ts';
import { StudioError } from '../../contract/errors.ts';
import { assetIdSchema } from '../../contract/render-request.ts';
import { APP_ORIGIN, ASSET_HOST } from '../addresses.ts';

const HEADERS: Readonly<Record<string, string>> = {
  'Access-Control-Allow-Origin': APP_ORIGIN,
  'Content-Security-Policy': ASSET_POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  // Addressed by content: it never changes.
  'Cache-Control': 'private, max-age=31536000, immutable',
};

export function assetProtocol(readAsset: Studio['readAsset']): (request: Request) => Response {
  return ({ url, method }) => {
    const { host, pathname } = new URL(url);
    const id = assetIdSchema.safeParse(pathname.slice(1));
    if (method !== 'GET') return new Response(null, { status: 405, headers: HEADERS });
    let asset: ReturnType<Studio['readAsset']>;
    try {
      asset = host === ASSET_HOST && id.success ? readAsset(id.data) : undefined;
    } catch (error) {
      if (!(error instanceof StudioError) || error.code === 'INTERNAL') throw error;
      // A damaged picture of a project has its own sentence.
      return new Response(`${error.message}\n`, {
        status: 422,
        headers: { ...HEADERS, 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' },
      });
    }
    if (asset === undefined) return new Response(null, { status: 404, headers: HEADERS });
    return new Response(Uint8Array.from(asset.bytes), {
      headers: { ...HEADERS, 'Content-Type': asset.mediaType },
    });
  };
}
