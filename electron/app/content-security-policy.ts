/**
 * The content security policy, the same in every host: everything is forbidden except what is listed. (Chromium 156
 * has no directive against WebRTC; docs/security.md describes what that leaves open.)
 */

/**
 * The page's policy: this program's own files, its pictures, and pictures that the page made in memory.
 *
 * @param pictureSource origin of the host's pictures, if it is not the page's own
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

/** The policy of a picture opened as a page of its own: nothing in it may run. */
export const ASSET_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'";
