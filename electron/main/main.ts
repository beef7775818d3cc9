/** The Electron host: wires everything together and does nothing else. */

import { existsSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  app,
  BrowserWindow,
  crashReporter,
  dialog,
  ipcMain,
  Menu,
  Notification,
  protocol,
  screen,
  session,
  shell,
  utilityProcess,
} from 'electron';
import { createStudio } from '../app/studio.ts';
import { notice } from '../contract/notices.ts';
import { studioFolders, thisMachine } from '../foundation/folders.ts';
import { studioLog } from '../foundation/log/studio-log.ts';
import { APP_SCHEME, ASSET_SCHEME } from './addresses.ts';
import { askAboutUnsaved, hostDialogs } from './dialogs.ts';
import { hostTexts, windowLanguage } from './host-texts.ts';
import { openCommandChannel } from './ipc/command-channel.ts';
import { menuTemplate } from './menu.ts';
import { projectsIn } from './opened-files.ts';
import { outsideArchive } from './outside-archive.ts';
import { appProtocol } from './protocols/app-protocol.ts';
import { assetProtocol } from './protocols/asset-protocol.ts';
import { lockDownContents, lockDownSession } from './security/lock-down.ts';
import { Updates } from './updates.ts';
import { utilityChild } from './utility-child.ts';
import { RenderWatch } from './windows/render-watch.ts';
import { StudioWindows } from './windows/studio-windows.ts';
import { readWindowState, writeWindowState } from './windows/window-state.ts';

// 1. Before Electron is ready: settings that cannot be changed later.
app.enableSandbox();
protocol.registerSchemesAsPrivileged([
  { scheme: APP_SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  {
    scheme: ASSET_SCHEME,
    privileges: { standard: true, secure: true, supportFetchAPI: true, corsEnabled: true },
  },
]);
const isDeveloping = !app.isPackaged;
const here = dirname(fileURLToPath(import.meta.url));
const child = (serviceName: string, ...path: string[]) =>
  utilityChild(utilityProcess.fork, `${join(here, '..', ...path)}${extname(import.meta.url)}`, serviceName);
const application = app.getAppPath();
const facts = thisMachine();
const installed = studioFolders(facts, application);
const folders = { ...installed, bundledPacks: outsideArchive(installed.bundledPacks) };
const log = studioLog(folders);
const onFault = (error: unknown, what: string) => log.fault(error, what);
process.on('uncaughtException', (error) => onFault(error, 'the host'));
process.on('unhandledRejection', (error) => onFault(error, 'the host'));
// Native crashes leave a dump next to the log; none is uploaded.
crashReporter.start({ uploadToServer: false });
lockDownContents(app);

// 2. One process: a second start hands its files to the first and ends.
// Not awaited: Electron is ready only after this file has run to its end.
if (app.requestSingleInstanceLock()) void start().catch(fail);
else app.quit();

/** Shows why the program cannot start in a dialog: there is no window for it. */
function fail(error: unknown): void {
  onFault(error, 'starting');
  dialog.showErrorBox(
    hostTexts(app.getLocale()).cannotStart,
    error instanceof Error ? error.message : String(error),
  );
  app.exit(1);
}

async function start(): Promise<void> {
  // Follows the settings, once they are read.
  let texts = hostTexts(app.getLocale());
  const stateFile = join(folders.settings, 'window.json');
  const windows = new StudioWindows({
    makeWindow: (options) => new BrowserWindow(options),
    preloadFile: join(application, 'dist', 'preload', 'preload.cjs'),
    iconFile: join(application, 'dist', 'icons', 'icon.png'),
    onPageGone: (reason) => log.warn('page.ended', { reason }),
    askAboutUnsaved: (window) => askAboutUnsaved(dialog, window, texts.unsaved),
    // A window kept open for saving stopped the program from quitting.
    onSavedAndClosed: () => {
      if (isEnding) app.quit();
    },
    onStay: () => {
      isEnding = false;
    },
    lastState: () =>
      readWindowState(
        stateFile,
        screen.getAllDisplays().map(({ workArea }) => workArea),
      ),
    onMoved: (place, isMaximized) =>
      void writeWindowState(stateFile, place, isMaximized).catch((error: unknown) =>
        onFault(error, 'keeping the place of the window'),
      ),
  });
  let isEnding = false;
  app.on('before-quit', () => {
    isEnding = true;
  });
  const openFile = (path: string) => windows.ask({ what: 'openProject', path });
  // 3. macOS reports files to open by events, which may come before it is ready.
  const early: string[] = [];
  let open = (path: string): void => void early.push(path);
  app.on('open-file', (event, path) => {
    event.preventDefault();
    open(path);
  });
  await app.whenReady();

  // 4. Services, then their channels, then windows.
  const studio = await createStudio({
    host: {
      kind: 'electron',
      version: app.getVersion(),
      dialogs: hostDialogs({
        dialog,
        shell,
        windowOf: (clientId) => windows.windowOf(clientId),
        projectsFolder: () => studio.projectsFolder(),
        texts: () => texts.files,
      }),
    },
    facts,
    folders,
    log,
    launchEngine: child('PnP-MIX engine', 'inference', 'engine', 'engine-process'),
    launchPictures: child('PnP-MIX pictures', 'foundation', 'pictures', 'picture-process'),
  });
  lockDownSession(session.defaultSession, isDeveloping);
  protocol.handle(APP_SCHEME, appProtocol(join(application, 'dist', 'renderer')));
  protocol.handle(ASSET_SCHEME, assetProtocol(studio.readAsset));
  openCommandChannel({ ipcMain, studio, windows, onFault });
  const setMenu = async () => {
    const recent = await studio.handlers['project.recent']({}, { clientId: 'menu' });
    const template = menuTemplate({
      platform: process.platform,
      isDeveloping,
      texts: texts.menu,
      recent: recent.filter(({ isThere }) => isThere).map(({ path }) => path),
      ask: (request) => windows.ask(request),
      openWindow: () => windows.open(),
    });
    Menu.setApplicationMenu(Menu.buildFromTemplate(template));
  };
  const renders = new RenderWatch({
    showProgress: (share) => windows.showProgress(share),
    showMessage: (message) => {
      const shown = new Notification(message);
      shown.on('click', () => windows.toFront());
      shown.show();
    },
    isInFront: () => windows.isInFront,
    texts: () => texts.renderEnded,
    now: () => Date.now(),
  });
  const settings = await studio.handlers['settings.get']({}, { clientId: 'menu' });
  texts = hostTexts(windowLanguage(settings, app.getLocale()));
  const updates = new Updates({
    // electron-builder writes the address next to the program's archive, in a package that has one.
    hasAddress: app.isPackaged && existsSync(join(dirname(application), 'app-update.yml')),
    load: async () => (await import('electron-updater')).autoUpdater,
    onReady: (version) =>
      windows.broadcast({
        event: 'notice',
        payload: { level: 'info', notice: notice('UPDATE_READY', { version }) },
      }),
    onFault: (error) => onFault(error, 'looking for updates'),
  });
  void updates.follow(settings.lookForUpdates);
  const known = new Set<string>();
  studio.listen((event) => {
    windows.broadcast(event);
    renders.take(event);
    if (event.event === 'settings.changed') {
      const before = texts;
      texts = hostTexts(windowLanguage(event.payload, app.getLocale()));
      if (texts !== before) void setMenu();
      void updates.follow(event.payload.lookForUpdates);
    }
    // An opened project joins the recent documents of the system and the menu.
    if (event.event === 'project.changed' && !known.has(event.payload.projectId)) {
      known.add(event.payload.projectId);
      app.addRecentDocument(event.payload.path);
      void setMenu();
    }
  });
  await setMenu();

  // 5. The files to open at this start, or an empty window.
  const named = [...projectsIn(process.argv.slice(1), process.cwd()), ...early];
  windows.open();
  for (const path of named) openFile(path);
  open = openFile;
  app.on('second-instance', (_, args, folder) => {
    const projects = projectsIn(args.slice(1), folder);
    if (projects.length === 0) windows.open();
    for (const path of projects) openFile(path);
  });
  app.on('activate', () => {
    if (windows.count === 0) windows.open();
  });
  app.on('child-process-gone', (_, { type, reason, exitCode, serviceName }) =>
    log.warn('chromium.processEnded', { type, reason, exitCode, serviceName }),
  );

  // 6. The end: close windows first, then the services, then exit.
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
  let isPutAway = false;
  app.on('will-quit', (event) => {
    if (isPutAway) return;
    event.preventDefault();
    void studio
      .close()
      .catch((error: unknown) => onFault(error, 'closing'))
      .finally(() => {
        isPutAway = true;
        app.quit();
      });
  });
}
