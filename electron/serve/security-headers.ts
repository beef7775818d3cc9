/** What every answer says to the browser about what the page may do. */
import type { ServerResponse } from 'node:http';

/** The page's policy: nothing but this program's own files, and pictures that it made in memory. */
const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** A picture that is opened by itself is only ever a picture. */
const assetPolicy = "default-src 'none'; sandbox; frame-ancestors 'none'";

const sharedHeaders: Readonly<Record<string, string>> = {
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), usb=(), serial=(), hid=(), payment=()',
};

export function setSecurityHeaders(response: ServerResponse, kind: 'page' | 'asset'): void {
  for (const [name, value] of Object.entries(sharedHeaders)) response.setHeader(name, value);
  response.setHeader('Content-Security-Policy', kind === 'page' ? pagePolicy : assetPolicy);
}
