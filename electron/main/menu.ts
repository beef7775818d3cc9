/** The menu bar. The page performs its own actions on request, by the names of the editor's actions. */
import { basename } from 'node:path';
import type { MenuItemConstructorOptions } from 'electron';
import type { EventPayload } from '../contract/events.ts';

export interface MenuOptions {
  readonly platform: NodeJS.Platform;
  readonly isDeveloping: boolean;
  /** Newest first. */
  readonly recent: readonly string[];
  readonly ask: (request: EventPayload<'host.request'>) => void;
  readonly openWindow: () => void;
}

/** How many recent projects the menu lists. */
const MAX_RECENT = 10;

export function menuTemplate(options: MenuOptions): MenuItemConstructorOptions[] {
  const { platform, isDeveloping, recent, ask, openWindow } = options;
  const isMac = platform === 'darwin';
  // The page handles the keys itself, considering layout and text fields: the menu only shows them.
  const action = (label: string, name: string, accelerator?: string): MenuItemConstructorOptions => ({
    label,
    ...(accelerator !== undefined && { accelerator, registerAccelerator: false }),
    click: () => ask({ what: 'action', action: name }),
  });
  const separator: MenuItemConstructorOptions = { type: 'separator' };
  return [
    ...(isMac ? [{ role: 'appMenu' } satisfies MenuItemConstructorOptions] : []),
    {
      label: '&File',
      submenu: [
        { ...action('New project…', 'project.new'), accelerator: 'CmdOrCtrl+N' },
        { ...action('Open project…', 'project.open'), accelerator: 'CmdOrCtrl+O' },
        {
          label: 'Open recent',
          enabled: recent.length > 0,
          submenu: recent.slice(0, MAX_RECENT).map((path) => ({
            label: basename(path).replaceAll('&', '&&'),
            toolTip: path,
            click: () => ask({ what: 'openProject', path }),
          })),
        },
        separator,
        { ...action('Save as…', 'project.saveAs'), accelerator: 'CmdOrCtrl+Shift+S' },
        action('Export…', 'render.export', 'CmdOrCtrl+E'),
        separator,
        { label: 'New window', click: openWindow },
        isMac ? { role: 'close' } : { role: 'quit' },
      ],
    },
    {
      label: '&Edit',
      submenu: [
        action('Undo', 'edit.undo', 'CmdOrCtrl+Z'),
        action('Redo', 'edit.redo', 'CmdOrCtrl+Shift+Z'),
        separator,
        { role: 'cut' },
        { role: 'copy' },
        { role: 'paste' },
        { role: 'selectAll' },
        separator,
        action('Settings…', 'app.settings', 'CmdOrCtrl+,'),
      ],
    },
    {
      label: '&View',
      submenu: [
        action('Fit', 'view.fit', 'CmdOrCtrl+0'),
        action('Actual size', 'view.actualSize', 'CmdOrCtrl+1'),
        action('Zoom in', 'view.zoomIn', 'CmdOrCtrl+='),
        action('Zoom out', 'view.zoomOut', 'CmdOrCtrl+-'),
        separator,
        { role: 'togglefullscreen' },
        ...(isDeveloping
          ? ([{ role: 'reload' }, { role: 'toggleDevTools' }] satisfies MenuItemConstructorOptions[])
          : []),
      ],
    },
    {
      label: '&Render',
      submenu: [
        action('Render', 'render.start', 'CmdOrCtrl+Enter'),
        action('Cancel', 'render.cancel', 'Shift+X'),
      ],
    },
    ...(isMac ? [{ role: 'windowMenu' } satisfies MenuItemConstructorOptions] : []),
    {
      role: 'help',
      submenu: [action('Keyboard shortcuts', 'app.help', 'Shift+/'), { role: 'about' }],
    },
  ];
}
