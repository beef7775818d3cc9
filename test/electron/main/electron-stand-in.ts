/**
 * A fake of the module `electron`, to run the real main.ts without Electron's binary: it records what the program sets
 * up, and lets a test act as Chromium and the system.
 */
import { fork } from 'node:child_process';
import { EventEmitter } from 'node:events';

type Handler = (...args: never[]) => unknown;

/** An event that can be prevented. */
export class PreventableEvent {
  defaultPrevented = false;
  readonly url: string;

  constructor(url = '') {
    this.url = url;
  }

  preventDefault(): void {
    this.defaultPrevented = true;
  }
}

export interface StandInFrame {
  readonly url: string;
  readonly parent: StandInFrame | null;
}

export class StandInWebContents extends EventEmitter {
  readonly sent: { channel: string; args: unknown[] }[] = [];
  url = '';
  reloads = 0;
  webRtcPolicy = 'default';
  openHandler: ((details: { url: string }) => { action: string }) | undefined;

  get mainFrame(): StandInFrame {
    return { url: this.url, parent: null };
  }

  getURL(): string {
    return this.url;
  }

  send(channel: string, ...args: unknown[]): void {
    // Only plain values can be sent: Electron would throw for anything else.
    this.sent.push({ channel, args: structuredClone(args) });
    this.emit('stand-in-sent', channel, ...args);
  }

  setWebRTCIPHandlingPolicy(policy: string): void {
    this.webRtcPolicy = policy;
  }

  setWindowOpenHandler(handler: (details: { url: string }) => { action: string }): void {
    this.openHandler = handler;
  }

  reload(): void {
    this.reloads++;
  }

  /** Payloads of the events sent under a name. */
  eventsNamed(name: string): unknown[] {
    return this.sent.filter(({ args }) => args[0] === name).map(({ args }) => args[1]);
  }
}

export class StandInElectron {
  readonly calls: string[] = [];
  readonly windows: StandInWindow[] = [];
  readonly recentDocuments: string[] = [];
  readonly notifications: (EventEmitter & { message: { title: string; body: string } })[] = [];
  readonly ipcHandlers = new Map<string, Handler>();
  readonly protocolHandlers = new Map<string, (request: Request) => Response | Promise<Response>>();
  readonly schemes: { scheme: string; privileges: Record<string, boolean> }[] = [];
  readonly children: { kill: () => void }[] = [];
  readonly shownItems: string[] = [];
  menu: { label?: string; role?: string; submenu?: unknown }[] = [];
  /** The next dialog's result. */
  dialogAnswer: { canceled: boolean; filePath: string; filePaths: string[] } = {
    canceled: true,
    filePath: '',
    filePaths: [],
  };
  /** The button that answers the next message box. */
  messageAnswer = 0;
  readonly dialogs: { kind: string; options: Record<string, unknown> }[] = [];
  readonly permission: Record<string, Handler> = {};
  readonly session = new EventEmitter();
  readonly app = new EventEmitter();
  /** The system's language. */
  locale = 'en-GB';
  hasLock = true;
  hasQuit = false;
  exitCode: number | undefined;
  readonly errorBoxes: string[] = [];
  spellCheck = true;
  /** The module, for vi.mock. */
  readonly module: Record<string, unknown>;
  #makeReady: () => void = () => undefined;
  readonly #ready = new Promise<void>((resolve) => {
    this.#makeReady = resolve;
  });

  constructor({ application, isPackaged }: { readonly application: string; readonly isPackaged: boolean }) {
    const standIn = this;
    Object.assign(this.app, {
      isPackaged,
      enableSandbox: () => this.calls.push('enableSandbox'),
      getAppPath: () => application,
      getVersion: () => '1.2.3',
      getLocale: () => this.locale,
      requestSingleInstanceLock: () => this.hasLock,
      whenReady: () => {
        this.calls.push('whenReady');
        return this.#ready;
      },
      addRecentDocument: (path: string) => this.recentDocuments.push(path),
      quit: () => this.quit(),
      exit: (code: number) => {
        this.exitCode = code;
        this.hasQuit = true;
      },
    });
    Object.assign(this.session, {
      setPermissionRequestHandler: (handler: Handler) => Object.assign(this.permission, { request: handler }),
      setPermissionCheckHandler: (handler: Handler) => Object.assign(this.permission, { check: handler }),
      setDevicePermissionHandler: (handler: Handler) => Object.assign(this.permission, { device: handler }),
      setDisplayMediaRequestHandler: (handler: Handler) =>
        Object.assign(this.permission, { display: handler }),
      setSpellCheckerEnabled: (isOn: boolean) => {
        this.spellCheck = isOn;
      },
      webRequest: {
        onBeforeRequest: (handler: Handler) => Object.assign(this.permission, { network: handler }),
      },
    });
    const dialog = (kind: string) => async (_: unknown, options: Record<string, unknown>) => {
      this.dialogs.push({ kind, options });
      return this.dialogAnswer;
    };
    this.module = {
      app: this.app,
      BrowserWindow: class extends StandInWindow {
        constructor(options: Record<string, unknown>) {
          super(options);
          standIn.windows.push(this);
          standIn.app.emit('web-contents-created', {}, this.webContents);
        }
      },
      crashReporter: {
        start: (options: object) => this.calls.push(`crashReporter ${JSON.stringify(options)}`),
      },
      dialog: {
        showOpenDialog: dialog('open'),
        showSaveDialog: dialog('save'),
        showMessageBoxSync: (_: unknown, options: Record<string, unknown>) => {
          this.dialogs.push({ kind: 'message', options });
          return this.messageAnswer;
        },
        showErrorBox: (title: string, text: string) => this.errorBoxes.push(`${title}: ${text}`),
      },
      ipcMain: { handle: (channel: string, handler: Handler) => this.ipcHandlers.set(channel, handler) },
      Menu: {
        buildFromTemplate: (template: StandInElectron['menu']) => template,
        setApplicationMenu: (menu: StandInElectron['menu']) => {
          this.menu = menu;
        },
      },
      protocol: {
        registerSchemesAsPrivileged: (schemes: StandInElectron['schemes']) => {
          this.calls.push('registerSchemes');
          this.schemes.push(...schemes);
        },
        handle: (scheme: string, handler: (request: Request) => Response) =>
          this.protocolHandlers.set(scheme, handler),
      },
      session: { defaultSession: this.session },
      screen: {
        getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }],
      },
      Notification: class extends EventEmitter {
        readonly message: { title: string; body: string };
        constructor(message: { title: string; body: string }) {
          super();
          this.message = message;
        }
        show(): void {
          standIn.notifications.push(this);
        }
      },
      shell: { showItemInFolder: (path: string) => this.shownItems.push(path) },
      utilityProcess: { fork: (file: string) => this.#fork(file) },
    };
  }

  /** Emulates the system: the program may begin. */
  ready(): void {
    this.calls.push('ready');
    this.#makeReady();
  }

  /** As in Electron: announced first, then closed unless prevented. */
  quit(): void {
    const event = new PreventableEvent();
    this.app.emit('will-quit', event);
    if (!event.defaultPrevented) this.hasQuit = true;
  }

  /** A call from a page, as ipcRenderer.invoke makes it. */
  async invoke(
    channel: string,
    sender: { sender: StandInWebContents; senderFrame: StandInFrame | null },
    ...args: unknown[]
  ): Promise<unknown> {
    const handler = this.ipcHandlers.get(channel);
    if (handler === undefined) throw new Error(`no handler for ${channel}`);
    return structuredClone(
      await (handler as (...all: unknown[]) => unknown)(sender, ...structuredClone(args)),
    );
  }

  /** A call from the main frame of a window. */
  call(window: StandInWindow, command: string, input: unknown): Promise<unknown> {
    const { webContents } = window;
    const sender = { sender: webContents, senderFrame: webContents.mainFrame };
    return this.invoke('pnp-mix:command', sender, command, input);
  }

  #fork(file: string): object {
    const child = fork(file, [], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: ['--no-warnings'],
    });
    const utility = Object.assign(new EventEmitter(), {
      get pid() {
        return child.pid;
      },
      stderr: child.stderr,
      postMessage: (message: object) => void child.send(message, () => undefined),
    });
    child.on('message', (message) => utility.emit('message', message));
    child.on('close', (exitCode) => utility.emit('exit', exitCode ?? 1));
    this.children.push({ kill: () => child.kill('SIGKILL') });
    return utility;
  }
}

export class StandInWindow extends EventEmitter {
  readonly options: Record<string, unknown>;
  readonly webContents = new StandInWebContents();
  isShown = false;
  isGone = false;
  focusCount = 0;
  isInFront = false;
  isWide = false;
  isDocumentEdited = false;
  bounds = { x: 10, y: 20, width: 1200, height: 800 };
  readonly progress: number[] = [];

  constructor(options: Record<string, unknown>) {
    super();
    this.options = options;
  }

  async loadURL(url: string): Promise<void> {
    this.webContents.url = url;
    this.emit('stand-in-load', url);
    this.emit('ready-to-show');
  }

  show(): void {
    this.isShown = true;
  }

  focus(): void {
    this.focusCount++;
    this.emit('focus');
  }

  isMinimized(): boolean {
    return false;
  }

  isFocused(): boolean {
    return this.isInFront;
  }

  maximize(): void {
    this.isWide = true;
  }

  isMaximized(): boolean {
    return this.isWide;
  }

  getNormalBounds(): object {
    return this.bounds;
  }

  setDocumentEdited(isEdited: boolean): void {
    this.isDocumentEdited = isEdited;
  }

  setProgressBar(share: number): void {
    this.progress.push(share);
  }

  isDestroyed(): boolean {
    return this.isGone;
  }

  /** Whether its page objects to being closed. */
  hasUnsaved = false;

  /** Closed by the user or the program. */
  close(): void {
    if (this.hasUnsaved) {
      const event = new PreventableEvent();
      this.webContents.emit('will-prevent-unload', event);
      if (!event.defaultPrevented) return;
    }
    this.isGone = true;
    this.emit('closed');
  }
}
