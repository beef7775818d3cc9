/**
 * What a page may do, the same in every host: everything is forbidden but what is named. (Chromium 156 knows no
 * directive against WebRTC; docs/security.md says what that leaves open.)
 */

/**
 * The page's policy: this program's own files, its pictures, and pictures that the page made in memory.
 *
 * @param pictureSource where the host has its pictures, when that is not the page's own origin
 */
export function pagePolicy(pictureSource?: string): string {
  const pictures = pictureSource === undefined ? '' : ` ${pictureSource}`;
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `img-src 'self'${pictures} blob: data:`,
    "font-src 'self'",
    `connect-src 'self'${pictures}`,
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-src 'none'",
    "frame-ancestors 'none'",
    "object-src 'none'",
  ].join('; ');
}

/** A picture that is opened by itself is only ever a picture. */
export const ASSET_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'";
