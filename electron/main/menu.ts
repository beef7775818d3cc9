/** The menu bar. The page performs its own actions on request, by the names of the editor's actions. */
import { basename } from 'node:path';
import type { MenuItemConstructorOptions } from 'electron';
import type { EventPayload } from '../contract/events.ts';
import type { HostTexts } from './host-texts.ts';

export interface MenuOptions {
  readonly platform: NodeJS.Platform;
  readonly isDeveloping: boolean;
  readonly texts: HostTexts['menu'];
  /** Newest first. */
  readonly recent: readonly string[];
  readonly ask: (request: EventPayload<'host.request'>) => void;
  readonly openWindow: () => void;
}

const separator: MenuItemConstructorOptions = { type: 'separator' };

/** How many recent projects the menu lists. */
const MAX_RECENT = 10;

export function menuTemplate(options: MenuOptions): MenuItemConstructorOptions[] {
  const { platform, isDeveloping, texts, recent, ask, openWindow } = options;
  const isMac = platform === 'darwin';
  // The page handles the keys itself, considering layout and text fields: the menu only shows them.
  const action = (label: string, name: string, accelerator?: string): MenuItemConstructorOptions => ({
    label,
    ...(accelerator !== undefined && { accelerator, registerAccelerator: false }),
    click: () => ask({ what: 'action', action: name }),
  });
  return [
    ...(isMac ? [programMenu(texts)] : []),
    {
      label: texts.file,
      submenu: [
        { ...action(texts.newProject, 'project.new'), accelerator: 'CmdOrCtrl+N' },
        { ...action(texts.openProject, 'project.open'), accelerator: 'CmdOrCtrl+O' },
        {
          label: texts.openRecent,
          enabled: recent.length > 0,
          submenu: recent.slice(0, MAX_RECENT).map((path) => ({
            label: basename(path).replaceAll('&', '&&'),
            toolTip: path,
            click: () => ask({ what: 'openProject', path }),
          })),
        },
        separator,
        { ...action(texts.saveAs, 'project.saveAs'), accelerator: 'CmdOrCtrl+Shift+S' },
        action(texts.export, 'render.export', 'CmdOrCtrl+E'),
        separator,
        { label: texts.newWindow, click: openWindow },
        isMac ? { role: 'close', label: texts.closeWindow } : { role: 'quit', label: texts.quit },
      ],
    },
    {
      label: texts.edit,
      submenu: [
        action(texts.undo, 'edit.undo', 'CmdOrCtrl+Z'),
        action(texts.redo, 'edit.redo', 'CmdOrCtrl+Shift+Z'),
        separator,
        { role: 'cut', label: texts.cut },
        { role: 'copy', label: texts.copy },
        { role: 'paste', label: texts.paste },
        { role: 'selectAll', label: texts.selectAll },
        separator,
        action(texts.settings, 'app.settings', 'CmdOrCtrl+,'),
      ],
    },
    {
      label: texts.view,
      submenu: [
        action(texts.fit, 'view.fit', 'CmdOrCtrl+0'),
        action(texts.actualSize, 'view.actualSize', 'CmdOrCtrl+1'),
        action(texts.zoomIn, 'view.zoomIn', 'CmdOrCtrl+='),
        action(texts.zoomOut, 'view.zoomOut', 'CmdOrCtrl+-'),
        separator,
        { role: 'togglefullscreen', label: texts.fullScreen },
        ...(isDeveloping
          ? ([
              { role: 'reload', label: texts.reload },
              { role: 'toggleDevTools', label: texts.developerTools },
            ] satisfies MenuItemConstructorOptions[])
          : []),
      ],
    },
    {
      label: texts.render,
      submenu: [
        action(texts.startRender, 'render.start', 'CmdOrCtrl+Enter'),
        action(texts.cancelRender, 'render.cancel', 'Shift+X'),
      ],
    },
    ...(isMac ? [windowMenu(texts)] : []),
    {
      role: 'help',
      label: texts.help,
      submenu: [action(texts.shortcuts, 'app.help', 'Shift+/'), { role: 'about', label: texts.about }],
    },
  ];
}

/** The menu under the program's name on macOS. Electron's own labels of a role are always English. */
function programMenu(texts: HostTexts['menu']): MenuItemConstructorOptions {
  return {
    role: 'appMenu',
    submenu: [
      { role: 'about', label: texts.about },
      separator,
      { role: 'services', label: texts.services },
      separator,
      { role: 'hide', label: texts.hide },
      { role: 'hideOthers', label: texts.hideOthers },
      { role: 'unhide', label: texts.showAll },
      separator,
      { role: 'quit', label: texts.quit },
    ],
  };
}

/** The menu of windows on macOS, to which the system adds the open ones. */
function windowMenu(texts: HostTexts['menu']): MenuItemConstructorOptions {
  return {
    role: 'windowMenu',
    label: texts.window,
    submenu: [
      { role: 'minimize', label: texts.minimize },
      { role: 'zoom', label: texts.zoomWindow },
      separator,
      { role: 'front', label: texts.toFront },
    ],
  };
}
