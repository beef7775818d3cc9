/** What the page may do: everything is forbidden but what is named. */
import { ASSET_SCHEME } from '../addresses.ts';

/** The page's policy: this program's own files, its pictures, and pictures that the page made in memory. */
export const PAGE_POLICY: string = [
  "default-src 'none'",
  "script-src 'self'",
  // Style attributes are set by the interface's components; a style sheet from elsewhere is still refused.
  "style-src 'self'",
  "style-src-attr 'unsafe-inline'",
  `img-src 'self' ${ASSET_SCHEME}: blob: data:`,
  "font-src 'self'",
  `connect-src 'self' ${ASSET_SCHEME}:`,
  "worker-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-src 'none'",
  "frame-ancestors 'none'",
  "object-src 'none'",
].join('; ');

/** A picture is only ever a picture. */
export const ASSET_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'";
