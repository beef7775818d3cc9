/** Security headers of every response. */
import type { ServerResponse } from 'node:http';
import { ASSET_POLICY, pagePolicy } from '../app/content-security-policy.ts';

const PAGE_POLICY = pagePolicy();

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
  response.setHeader('Content-Security-Policy', kind === 'page' ? PAGE_POLICY : ASSET_POLICY);
}
