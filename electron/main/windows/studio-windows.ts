/** The program's windows: made locked down, told of events, and asked for what menu and system want. */
import { randomUUID } from 'node:crypto';
import type { BrowserWindow, BrowserWindowConstructorOptions, WebContents } from 'electron';
import { EVENT_CHANNEL } from '../../contract/bridge.ts';
import type { EventPayload, StudioEvent } from '../../contract/events.ts';
import { START_PAGE } from '../addresses.ts';

type HostRequest = EventPayload<'host.request'>;

/** What the user may want when a window is closed whose changes are not saved yet. */
export type UnsavedChoice = 'save' | 'leave' | 'stay';

/** How often, and how many times, closing is tried while the page saves; then the user is asked again. */
const SAVE_CHECK_MS = 250;
const MAX_SAVE_CHECKS = 40;

interface OpenWindow {
  readonly clientId: string;
  readonly window: BrowserWindow;
  /** The page has called: its listeners are there. */
  isListening: boolean;
  /** The user wants it closed as soon as everything is saved. */
  closesWhenSaved: boolean;
  /** What is to be asked of the page as soon as it listens. */
  readonly waiting: HostRequest[];
}

export interface StudioWindowsOptions {
  readonly makeWindow: (options: BrowserWindowConstructorOptions) => BrowserWindow;
  readonly preloadFile: string;
  readonly iconFile: string;
  /** Told when the process of a page ended, and why. */
  readonly onPageGone: (reason: string) => void;
  /** Asks what to do about changes that are not saved yet; while it asks, nothing else happens in the window. */
  readonly askAboutUnsaved: (window: BrowserWindow) => UnsavedChoice;
  /** Told when a window has been closed that waited until everything was saved; not for one that was kept open. */
  readonly onSavedAndClosed: () => void;
  /** Told when the user wants the window to stay. */
  readonly onStay: () => void;
}

export class StudioWindows {
  readonly #options: StudioWindowsOptions;
  /** The one that had the focus last is the last. */
  readonly #windows: OpenWindow[] = [];

  constructor(options: StudioWindowsOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#windows.length;
  }

  /** Opens a window. @param request what its page is to do first */
  open(request?: HostRequest): void {
    const { makeWindow, preloadFile, iconFile, onPageGone } = this.#options;
    const window = makeWindow({
      width: 1440,
      height: 900,
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
    window.once('ready-to-show', () => window.show());
    window.on('focus', () => this.#toTheEnd(opened));
    window.on('closed', () => this.#windows.splice(this.#windows.indexOf(opened), 1));
    window.webContents.on('render-process-gone', (_, { reason }) => {
      if (reason === 'clean-exit') return;
      onPageGone(reason);
      // Every committed change is in the project: a page loaded again shows it.
      opened.isListening = false;
      window.webContents.reload();
    });
    // Without an answer here the page's own beforeunload keeps the window open, and nobody learns why.
    window.webContents.on('will-prevent-unload', (event) => this.#closeUnsaved(opened, event));
    void window.loadURL(START_PAGE);
  }

  #closeUnsaved(opened: OpenWindow, event: { preventDefault(): void }): void {
    if (opened.closesWhenSaved) return;
    const answer = this.#options.askAboutUnsaved(opened.window);
    // Preventing the page's objection is leaving.
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
      // The page objects as long as something is not saved.
      opened.window.close();
    }, SAVE_CHECK_MS);
  }

  /** Tells all windows. */
  broadcast({ event, payload }: StudioEvent): void {
    for (const { window } of this.#windows) send(window, event, payload);
  }

  /** Asks the window that had the focus last, or a new one when there is none. */
  ask(request: HostRequest): void {
    const current = this.#windows.at(-1);
    if (current === undefined) {
      this.open(request);
      return;
    }
    if (current.window.isMinimized()) current.window.restore();
    current.window.focus();
    if (current.isListening) send(current.window, 'host.request', request);
    else current.waiting.push(request);
  }

  /** The page listens from now on. */
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

function send(window: BrowserWindow, event: string, payload: unknown): void {
  if (!window.isDestroyed()) window.webContents.send(EVENT_CHANNEL, event, payload);
}
