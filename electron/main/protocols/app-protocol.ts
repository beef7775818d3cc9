/** app://studio/...: the page's files, and nothing outside their folder. */
import { readFile } from 'node:fs/promises';
import { extname, join, normalize, relative, resolve, sep } from 'node:path';
import { pagePolicy } from '../../app/content-security-policy.ts';
import { ASSET_SCHEME, isAppAddress } from '../addresses.ts';

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
};

const HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': pagePolicy(`${ASSET_SCHEME}:`),
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** @param folder containing index.html */
export function appProtocol(folder: string): (request: Request) => Promise<Response> {
  const root = resolve(folder);
  return async ({ url, method }) => {
    if (method !== 'GET' || !isAppAddress(url)) return refuse(405);
    const path = pathIn(root, new URL(url).pathname);
    const mediaType = path && MEDIA_TYPES[extname(path)];
    if (!mediaType) return refuse(404);
    try {
      const bytes = await readFile(path);
      return new Response(Uint8Array.from(bytes), { headers: { ...HEADERS, 'Content-Type': mediaType } });
    } catch {
      // Any error of the file is "not found" to the page.
      return refuse(404);
    }
  };
}

/** The file of an address; undefined when it is not in the folder. */
function pathIn(root: string, pathname: string): string | undefined {
  let decoded: string;
  try {
    decoded = decodeURIComponent(pathname);
  } catch {
    return undefined;
  }
  if (decoded.includes('\0') || decoded.includes('\\')) return undefined;
  const path = join(root, normalize(decoded === '/' ? '/index.html' : decoded));
  const inside = relative(root, path);
  return inside === '' || inside.startsWith('..') || inside.split(sep).some((part) => part.startsWith('.'))
    ? undefined
    : path;
}

function refuse(status: number): Response {
  return new Response(null, { status, headers: HEADERS });
}
