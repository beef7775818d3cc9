/**
 * Blocks what no page of this program may do, even a compromised one: navigate, open windows, use devices, reach the
 * network (docs/security.md).
 */
import type { App, Session, WebContents } from 'electron';
import { APP_SCHEME, ASSET_SCHEME, isAppAddress } from '../addresses.ts';

/** Schemes that the page may load from; blob and data are its own memory. */
const OWN_SCHEMES: ReadonlySet<string> = new Set([`${APP_SCHEME}:`, `${ASSET_SCHEME}:`, 'blob:', 'data:']);

/** Permissions of the program's own page: writing to the clipboard when the user copies. */
const PERMISSIONS: ReadonlySet<string> = new Set(['clipboard-sanitized-write']);

/** @param isDeveloping allows the developer tools */
export function lockDownSession(session: Session, isDeveloping: boolean): void {
  session.setPermissionRequestHandler((contents, permission, decide) =>
    decide(PERMISSIONS.has(permission) && isAppAddress(contents.getURL())),
  );
  session.setPermissionCheckHandler(
    (_, permission, origin) => PERMISSIONS.has(permission) && isAppAddress(origin),
  );
  session.setDevicePermissionHandler(() => false);
  session.setDisplayMediaRequestHandler((_, decide) => decide({}));
  session.webRequest.onBeforeRequest(({ url }, decide) => {
    const protocol = URL.parse(url)?.protocol ?? '';
    const isAllowed = OWN_SCHEMES.has(protocol) || (isDeveloping && protocol === 'devtools:');
    decide({ cancel: !isAllowed });
  });
  session.on('will-download', (event, item) => {
    // The page saves exports as downloads of its own pictures, and nothing else.
    if (!OWN_SCHEMES.has(URL.parse(item.getURL())?.protocol ?? '')) event.preventDefault();
  });
  session.setSpellCheckerEnabled(false);
}

/** Applies to every future page, including developer tools. */
export function lockDownContents(app: App): void {
  app.on('web-contents-created', (_, contents) => lockDown(contents));
}

function lockDown(contents: WebContents): void {
  const stayHere = (event: { readonly url: string; preventDefault(): void }) => {
    if (!isAppAddress(event.url)) event.preventDefault();
  };
  contents.on('will-navigate', stayHere);
  contents.on('will-frame-navigate', stayHere);
  contents.on('will-redirect', stayHere);
  contents.on('will-attach-webview', (event) => event.preventDefault());
  // WebRTC bypasses request filters; forcing it through a missing proxy leaves it no way out.
  contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp');
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
}
