/** The Electron host as a whole: files, menus, dialogs, events, and exit. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { ProjectFile } from '../../../electron/projects/project-file.ts';
import type { StandInElectron, StandInWindow } from './electron-stand-in.ts';
import { quit, resultOf, startHost } from './host-fixture.ts';

function projectAt(path: string): string {
  mkdirSync(join(path, '..'), { recursive: true });
  ProjectFile.create(path).close();
  return path;
}

/** Requests to a window's page, once it listens. */
async function requestsOf(electron: StandInElectron, window: StandInWindow): Promise<unknown[]> {
  await electron.call(window, 'app.info', {});
  return window.webContents.eventsNamed('host.request');
}

describe('starting', () => {
  it('opens one window, and only one instance', async () => {
    const { electron } = await startHost();
    expect(electron.windows.length).toBe(1);
    const second = await startHost({ hasLock: false });
    expect(second.electron.windows).toEqual([]);
    expect(second.electron.hasQuit).toBe(true);
  });

  it('shows the reason if it fails, and exits', async () => {
    const { electron } = await startHost({
      beforeReady: (_, root) => {
        mkdirSync(join(root, 'packs', 'broken'), { recursive: true });
        writeFileSync(join(root, 'packs', 'broken', 'catalog.json'), '{');
      },
    });
    expect(electron.exitCode).toBe(1);
    expect(electron.errorBoxes).toEqual([expect.stringContaining('PnP-MIX Studio cannot start: ')]);
    expect(electron.windows).toEqual([]);
  });

  it('opens the project from the command line, and those that macOS passes before it is ready', async () => {
    const { electron, window, root } = await startHost({
      args: (folder) => ['--flag', projectAt(join(folder, 'a.pnpmix')), join(folder, 'none.pnpmix'), folder],
      beforeReady: (standIn, folder) => {
        standIn.app.emit(
          'open-file',
          { preventDefault: () => undefined },
          projectAt(join(folder, 'b.pnpmix')),
        );
      },
    });
    // The page is not loaded yet: it is asked as soon as it listens, and once.
    expect(window.webContents.sent).toEqual([]);
    const expected = ['a', 'b'].map((name) => ({ what: 'openProject', path: join(root, `${name}.pnpmix`) }));
    expect(await requestsOf(electron, window)).toEqual(expected);
    expect(await requestsOf(electron, window)).toEqual(expected);
  });

  it('a second instance hands its project to the first, or opens a window', async () => {
    const { electron, window, root } = await startHost();
    await electron.call(window, 'app.info', {});
    projectAt(join(root, 'a.pnpmix'));
    electron.app.emit('second-instance', {}, ['program', 'a.pnpmix'], root);
    expect(await requestsOf(electron, window)).toEqual([
      { what: 'openProject', path: join(root, 'a.pnpmix') },
    ]);
    expect(window.focusCount).toBe(1);
    electron.app.emit('second-instance', {}, ['program'], root);
    expect(electron.windows.length).toBe(2);
    // The last focused one is asked.
    electron.app.emit('open-file', { preventDefault: () => undefined }, join(root, 'a.pnpmix'));
    expect(await requestsOf(electron, electron.windows[1]!)).toHaveLength(1);
  });
});

describe('events', () => {
  it('reach every window, and an opened project becomes a recent one', async () => {
    const { electron, window, projects } = await startHost();
    electron.app.emit('second-instance', {}, ['program'], '/');
    const [, other] = electron.windows;
    const state = resultOf(await electron.call(window, 'project.create', { name: 'On the beach' }));
    for (const each of [window, other!]) {
      expect(each.webContents.eventsNamed('project.changed')).toContainEqual(state);
    }
    expect(electron.recentDocuments).toEqual([state.path]);
    expect(String(state.path).startsWith(projects)).toBe(true);
    await vi.waitFor(() => {
      const file = electron.menu.find(({ label }) => label === '&File')!;
      const recent = (
        file.submenu as { label?: string; submenu?: { label: string; click: () => void }[] }[]
      ).find(({ label }) => label === 'Open recent')!;
      expect(recent.submenu!.map(({ label }) => label)).toEqual(['On the beach.pnpmix']);
      recent.submenu![0]!.click();
    });
    // The menu addresses the last focused window; none was focused since the other was opened.
    expect(await requestsOf(electron, other!)).toEqual([{ what: 'openProject', path: state.path }]);
  });

  it('shows in the title bar that something is unsaved', async () => {
    const { window } = await startHost();
    window.emit('page-title-updated', {}, '● Beach – PnP-MIX Studio');
    expect(window.isDocumentEdited).toBe(true);
    window.emit('page-title-updated', {}, 'Beach – PnP-MIX Studio');
    expect(window.isDocumentEdited).toBe(false);
  });

  it('keeps the place of the window while it is moved, for the next start', async () => {
    const { window, settings } = await startHost();
    expect(window.options).toMatchObject({ width: 1440, height: 900 });
    window.isWide = true;
    window.emit('move');
    window.emit('resize');
    const kept = await vi.waitUntil(() => readWindow(settings), { timeout: 300_000 });
    expect(kept).toEqual({ place: window.bounds, isMaximized: true });
  });

  it('opens the window where it was', async () => {
    const place = { x: 10, y: 20, width: 1200, height: 800 };
    const { window, electron } = await startHost({
      beforeReady: (_, root) => {
        mkdirSync(join(root, 'settings'), { recursive: true });
        writeFileSync(join(root, 'settings', 'window.json'), JSON.stringify({ place, isMaximized: true }));
      },
    });
    expect(window.options).toMatchObject(place);
    expect(window.isWide).toBe(true);
    electron.app.emit('second-instance', {}, ['program'], '/');
    expect(electron.windows[1]!.options).not.toHaveProperty('x');
  });

  it('a crashed page is reloaded, and logged', async () => {
    const { window, settings } = await startHost();
    window.webContents.emit('render-process-gone', {}, { reason: 'crashed' });
    expect(window.webContents.reloads).toBe(1);
    expect(readFileSync(join(settings, 'logs', 'studio.log'), 'utf8')).toContain(
      '"event":"page.ended","reason":"crashed"',
    );
  });
});

describe('the menu', () => {
  it('asks the page for the page’s actions, and leaves the shortcuts to it', async () => {
    const { electron, window } = await startHost();
    await electron.call(window, 'app.info', {});
    const items = electron.menu.flatMap(({ submenu }) => (Array.isArray(submenu) ? submenu : [])) as {
      label?: string;
      registerAccelerator?: boolean;
      click?: () => void;
    }[];
    const undo = items.find(({ label }) => label === 'Undo')!;
    expect(undo.registerAccelerator).toBe(false);
    undo.click!();
    expect(window.webContents.eventsNamed('host.request')).toEqual([{ what: 'action', action: 'edit.undo' }]);
  });

  it('has developer tools only in development', async () => {
    for (const isPackaged of [false, true]) {
      const { electron } = await startHost({ isPackaged });
      expect(electron.errorBoxes).toEqual([]);
      expect(JSON.stringify(electron.menu).includes('toggleDevTools')).toBe(!isPackaged);
    }
  });
});

describe('the language of menu and dialogs', () => {
  const namesOf = (electron: StandInElectron) => electron.menu.map(({ label }) => label);

  it('is the window’s: the system’s at first, then the one chosen in the settings', async () => {
    const { electron, window } = await startHost({
      beforeReady: (made) => {
        made.locale = 'ko-KR';
      },
    });
    expect(namesOf(electron)).toContain('편집(&E)');
    const choose = (language: string) => electron.call(window, 'settings.set', { editor: { language } });
    const fileType = async () => {
      await electron.call(window, 'dialog.openProject', {});
      const { filters } = electron.dialogs.at(-1)!.options as { filters: { name: string }[] };
      return filters[0]!.name;
    };
    expect(await fileType()).toBe('PnP-MIX 프로젝트');
    resultOf(await choose('en'));
    await vi.waitUntil(() => namesOf(electron).includes('&Edit'), { timeout: 300_000 });
    expect(await fileType()).toBe('PnP-MIX project');
    resultOf(await choose('ko'));
    await vi.waitUntil(() => namesOf(electron).includes('편집(&E)'), { timeout: 300_000 });
    window.hasUnsaved = true;
    electron.messageAnswer = 1;
    window.close();
    expect(electron.dialogs.at(-1)!.options.buttons).toEqual(['저장하고 닫기', '지금 닫기', '취소']);
  });
});

describe('dialogs', () => {
  it('return a path, or null when cancelled', async () => {
    const { electron, window, projects, root } = await startHost();
    const ask = async (command: string, input: unknown = {}) =>
      resultOf<{ path: string | null }>(await electron.call(window, command, input)).path;
    expect(await ask('dialog.openProject')).toBe(null);
    expect(await ask('dialog.saveProject')).toBe(null);
    electron.dialogAnswer = {
      canceled: false,
      filePath: join(root, 'x'),
      filePaths: [join(root, 'y.pnpmix')],
    };
    expect(await ask('dialog.openProject')).toBe(join(root, 'y.pnpmix'));
    expect(await ask('dialog.saveProject', { suggestedName: 'Beach' })).toBe(join(root, 'x.pnpmix'));
    expect(await ask('dialog.saveExport', { format: 'ora' })).toBe(join(root, 'x.ora'));
    expect(await ask('dialog.chooseFolder', { title: 'Models' })).toBe(join(root, 'y.pnpmix'));
    expect(electron.dialogs.map(({ kind }) => kind)).toEqual([
      'open',
      'save',
      'open',
      'save',
      'save',
      'open',
    ]);
    expect(electron.dialogs[3]!.options.defaultPath).toBe(join(projects, 'Beach'));
  });

  it('show a file in its folder, and open nothing', async () => {
    const { electron, window, root } = await startHost();
    const path = projectAt(join(root, 'a.pnpmix'));
    // A path that the program has not shown is not looked up, wherever it is.
    for (const other of [
      path,
      'a.pnpmix',
      '\\\\server\\share\\x.png',
      '/etc/passwd',
      'https://example.org/',
    ]) {
      expect(await electron.call(window, 'app.reveal', { path: other })).toMatchObject({
        ok: false,
        code: 'PARAMETER_INVALID',
      });
    }
    expect(electron.shownItems).toEqual([]);
    resultOf(await electron.call(window, 'project.open', { path }));
    resultOf(await electron.call(window, 'app.reveal', { path }));
    const { projectsFolder } = resultOf<{ projectsFolder: string }>(
      await electron.call(window, 'app.info', {}),
    );
    mkdirSync(projectsFolder, { recursive: true });
    resultOf(await electron.call(window, 'app.reveal', { path: projectsFolder }));
    expect(electron.shownItems).toEqual([path, projectsFolder]);
  });
});

describe('closing with changes that are not saved yet', () => {
  const asked = (electron: StandInElectron) =>
    electron.dialogs.filter(({ kind }) => kind === 'message').length;

  it('asks; staying stays, leaving leaves', async () => {
    const { electron, window } = await startHost();
    window.hasUnsaved = true;
    electron.messageAnswer = 2;
    window.close();
    expect([asked(electron), window.isGone]).toEqual([1, false]);
    electron.messageAnswer = 1;
    window.close();
    expect([asked(electron), window.isGone]).toEqual([2, true]);
  });

  it('closes as soon as everything is saved, and quits if the program was to quit', async () => {
    const { electron, window } = await startHost();
    window.hasUnsaved = true;
    electron.messageAnswer = 0;
    electron.app.emit('before-quit');
    window.close();
    window.close();
    expect([asked(electron), window.isGone]).toEqual([1, false]);
    window.hasUnsaved = false;
    await vi.waitUntil(() => electron.hasQuit, { timeout: 300_000 });
    expect([asked(electron), window.isGone]).toEqual([1, true]);
  });

  it('asks again if saving takes too long', async () => {
    const { electron, window } = await startHost();
    window.hasUnsaved = true;
    window.close();
    electron.messageAnswer = 2;
    await vi.waitUntil(() => asked(electron) === 2, { timeout: 300_000 });
    expect(window.isGone).toBe(false);
  });
});

describe('quitting', () => {
  it('closes every project before the program exits', async () => {
    const { electron, window } = await startHost();
    const { path } = resultOf(await electron.call(window, 'project.create', { name: 'a' }));
    expect(() => ProjectFile.open(String(path))).toThrow('open in another window');
    window.close();
    electron.app.emit('window-all-closed');
    expect(electron.hasQuit).toBe(process.platform === 'darwin');
    await quit(electron);
    ProjectFile.open(String(path)).close();
    expect(existsSync(`${path}-wal`)).toBe(false);
  });
});

describe('the engine', () => {
  it('runs as a utility process, and its death is reported', async () => {
    const { electron, window } = await startHost();
    const status = resultOf(await electron.call(window, 'engine.start', {}));
    expect(status).toMatchObject({ state: 'ready' });
    expect(electron.children.length).toBe(1);
    electron.children[0]!.kill();
    await vi.waitFor(
      () => {
        const states = window.webContents.eventsNamed('engine.changed') as { state: string }[];
        expect(states.at(-1)!.state).not.toBe('ready');
      },
      { timeout: 300_000 },
    );
  });
});

/** What is kept of the window; undefined until it is written. */
function readWindow(settings: string): unknown {
  const file = join(settings, 'window.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}
