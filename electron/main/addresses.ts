/** The addresses of the program's own pages and pictures. No file: and no http: address is ever loaded. */

export const APP_SCHEME = 'app';
export const ASSET_SCHEME = 'asset';

/** Origin of the program's page. */
export const APP_ORIGIN = `${APP_SCHEME}://studio`;
export const START_PAGE = `${APP_ORIGIN}/index.html`;

/** Host part of a picture's address: asset://sha256/0123... */
export const ASSET_HOST = 'sha256';

/** Whether an address is the program's own page. */
export function isAppAddress(address: string): boolean {
  const url = URL.parse(address);
  // The origin of a custom scheme is "null" by the URL standard, so compare its parts.
  return url !== null && url.protocol === `${APP_SCHEME}:` && url.host === 'studio' && url.username === '';
}
