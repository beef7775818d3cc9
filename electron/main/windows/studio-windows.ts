/** The program's windows: opens them locked down, and passes on events and requests of menu and system. */
import { randomUUID } from 'node:crypto';
import type { BrowserWindow, BrowserWindowConstructorOptions, WebContents } from 'electron';
import { EVENT_CHANNEL } from '../../contract/bridge.ts';
import type { EventPayload, StudioEvent } from '../../contract/events.ts';
import { START_PAGE } from '../addresses.ts';
import { isEdited } from './edited-title.ts';
import type { Rectangle, WindowState } from './window-state.ts';

type HostRequest = EventPayload<'host.request'>;

/** The user's choices when closing a window with unsaved changes. */
export type UnsavedChoice = 'save' | 'leave' | 'stay';

/** How often, and how many times, to retry closing while the page saves, before asking the user again. */
const SAVE_CHECK_MS = 250;
const MAX_SAVE_CHECKS = 40;

/** Pause after which a moved window's place is kept. */
const KEEP_PLACE_MS = 500;

interface OpenWindow {
  readonly clientId: string;
  readonly window: BrowserWindow;
  /** The page has called, so its listeners exist. */
  isListening: boolean;
  /** Close it as soon as everything is saved. */
  closesWhenSaved: boolean;
  /** Requests for the page, sent as soon as it listens. */
  readonly waiting: HostRequest[];
}

export interface StudioWindowsOptions {
  readonly makeWindow: (options: BrowserWindowConstructorOptions) => BrowserWindow;
  readonly preloadFile: string;
  readonly iconFile: string;
  /** Called when the process of a page ended, with the reason. */
  readonly onPageGone: (reason: string) => void;
  /** Asks what to do about unsaved changes; blocks the window meanwhile. */
  readonly askAboutUnsaved: (window: BrowserWindow) => UnsavedChoice;
  /** Called when a window that waited for saving has closed; not for one that was kept open. */
  readonly onSavedAndClosed: () => void;
  /** Called when the user keeps the window open. */
  readonly onStay: () => void;
  /** Where the last window was. */
  readonly lastState: () => WindowState;
  /** Called while a window is moved or resized, after a pause. */
  readonly onMoved: (place: Rectangle, isMaximized: boolean) => void;
}

export class StudioWindows {
  readonly #options: StudioWindowsOptions;
  /** In order of last focus, most recent last. */
  readonly #windows: OpenWindow[] = [];

  constructor(options: StudioWindowsOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#windows.length;
  }

  /** Opens a window. @param request the first request to its page */
  open(request?: HostRequest): void {
    const { makeWindow, preloadFile, iconFile, onPageGone, lastState } = this.#options;
    // Further windows are where the system puts them, not on top of the first.
    const { place, isMaximized } = this.count === 0 ? lastState() : { place: null, isMaximized: false };
    const window = makeWindow({
      width: 1440,
      height: 900,
      ...place,
      minWidth: 960,
      minHeight: 640,
      show: false,
      title: 'PnP-MIX Studio',
      backgroundColor: '#1f2023',
      icon: iconFile,
      webPreferences: {
        preload: preloadFile,
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        nodeIntegrationInWorker: false,
        nodeIntegrationInSubFrames: false,
        webSecurity: true,
        allowRunningInsecureContent: false,
        experimentalFeatures: false,
        webviewTag: false,
        spellcheck: false,
        navigateOnDragDrop: false,
      },
    });
    const opened: OpenWindow = {
      clientId: randomUUID(),
      window,
      isListening: false,
      closesWhenSaved: false,
      waiting: request === undefined ? [] : [request],
    };
    this.#windows.push(opened);
    window.once('ready-to-show', () => {
      if (isMaximized) window.maximize();
      window.show();
    });
    window.on('page-title-updated', (_, title) => window.setDocumentEdited(isEdited(title)));
    this.#keepPlace(window);
    window.on('focus', () => this.#toTheEnd(opened));
    window.on('closed', () => this.#windows.splice(this.#windows.indexOf(opened), 1));
    window.webContents.on('render-process-gone', (_, { reason }) => {
      if (reason === 'clean-exit') return;
      onPageGone(reason);
      // Every committed change is in the project: the reloaded page shows it.
      opened.isListening = false;
      window.webContents.reload();
    });
    // Without this handler the page's beforeunload would keep the window open, without a word to the user.
    window.webContents.on('will-prevent-unload', (event) => this.#closeUnsaved(opened, event));
    void window.loadURL(START_PAGE);
  }

  #keepPlace(window: BrowserWindow): void {
    let timer: NodeJS.Timeout | undefined;
    const keep = () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        // Without the size of the maximized window, it could not be made smaller again.
        if (!window.isDestroyed()) this.#options.onMoved(window.getNormalBounds(), window.isMaximized());
      }, KEEP_PLACE_MS);
    };
    window.on('resize', keep);
    window.on('move', keep);
  }

  /** Whether the user looks at one of the windows. */
  get isInFront(): boolean {
    return this.#windows.some(({ window }) => !window.isDestroyed() && window.isFocused());
  }

  /** Progress at the icon in the taskbar or dock. @param share 0 to 1; null for none */
  showProgress(share: number | null): void {
    for (const { window } of this.#windows) {
      if (!window.isDestroyed()) window.setProgressBar(share ?? -1);
    }
  }

  #closeUnsaved(opened: OpenWindow, event: { preventDefault(): void }): void {
    if (opened.closesWhenSaved) return;
    const answer = this.#options.askAboutUnsaved(opened.window);
    // preventDefault overrides the page's objection, so the window closes.
    if (answer === 'leave') event.preventDefault();
    else if (answer === 'save') this.#closeWhenSaved(opened);
    else this.#options.onStay();
  }

  #closeWhenSaved(opened: OpenWindow): void {
    opened.closesWhenSaved = true;
    let checks = 0;
    const timer = setInterval(() => {
      if (opened.window.isDestroyed()) {
        clearInterval(timer);
        this.#options.onSavedAndClosed();
        return;
      }
      if (++checks > MAX_SAVE_CHECKS) {
        clearInterval(timer);
        opened.closesWhenSaved = false;
      }
      // The page objects while something is unsaved.
      opened.window.close();
    }, SAVE_CHECK_MS);
  }

  /** Sends an event to all windows. */
  broadcast({ event, payload }: StudioEvent): void {
    for (const { window } of this.#windows) send(window, event, payload);
  }

  /** Sends a request to the window focused last, or to a new one. */
  ask(request: HostRequest): void {
    const current = this.#windows.at(-1);
    if (current === undefined) {
      this.open(request);
      return;
    }
    bringToFront(current.window);
    if (current.isListening) send(current.window, 'host.request', request);
    else current.waiting.push(request);
  }

  /** Shows the window focused last, if there is one. */
  toFront(): void {
    const current = this.#windows.at(-1);
    if (current !== undefined) bringToFront(current.window);
  }

  /** The page is listening now. */
  setListening(clientId: string): void {
    const opened = this.#windows.find((each) => each.clientId === clientId);
    if (opened === undefined) return;
    opened.isListening = true;
    for (const request of opened.waiting.splice(0)) send(opened.window, 'host.request', request);
  }

  clientOf(contents: WebContents): string | undefined {
    return this.#windows.find(({ window }) => !window.isDestroyed() && window.webContents === contents)
      ?.clientId;
  }

  windowOf(clientId: string): BrowserWindow | undefined {
    return this.#windows.find((each) => each.clientId === clientId)?.window;
  }

  #toTheEnd(opened: OpenWindow): void {
    this.#windows.push(...this.#windows.splice(this.#windows.indexOf(opened), 1));
  }
}

function bringToFront(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore();
  window.focus();
}

function send(window: BrowserWindow, event: string, payload: unknown): void {
  if (!window.isDestroyed()) window.webContents.send(EVENT_CHANNEL, event, payload);
}
