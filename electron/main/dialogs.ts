/** The system's dialogs. */
import { stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import type { BrowserWindow, Dialog, Shell } from 'electron';
import type { HostDialogs } from '../app/services.ts';
import { StudioError } from '../contract/errors.ts';
import { EXPORT_FACTS } from '../contract/export-formats.ts';
import type { HostTexts } from './host-texts.ts';
import type { UnsavedChoice } from './windows/studio-windows.ts';

export interface DialogOptions {
  readonly dialog: Dialog;
  readonly shell: Shell;
  readonly windowOf: (clientId: string) => BrowserWindow | undefined;
  readonly projectsFolder: () => string;
  /** In the window's language, which the user may change at any time. */
  readonly texts: () => HostTexts['files'];
}

export function hostDialogs({ dialog, shell, windowOf, projectsFolder, texts }: DialogOptions): HostDialogs {
  const parent = (clientId: string): BrowserWindow => {
    const window = windowOf(clientId);
    if (window !== undefined) return window;
    throw new StudioError('HOST_UNSUPPORTED', 'The window that asked is closed.');
  };
  const projectFilter = () => ({ name: texts().project, extensions: ['pnpmix'] });
  const save = async (
    clientId: string,
    defaultPath: string,
    filter: { name: string; extensions: string[] },
  ) => {
    const { canceled, filePath } = await dialog.showSaveDialog(parent(clientId), {
      defaultPath,
      filters: [filter],
      properties: ['createDirectory', 'showOverwriteConfirmation'],
    });
    return canceled || filePath === '' ? null : withEnding(filePath, filter.extensions[0]!);
  };
  return {
    openProject: async (clientId) => {
      const { canceled, filePaths } = await dialog.showOpenDialog(parent(clientId), {
        defaultPath: projectsFolder(),
        filters: [projectFilter()],
        properties: ['openFile'],
      });
      return canceled ? null : (filePaths[0] ?? null);
    },
    saveProject: (clientId, suggestedName = 'Untitled') =>
      save(clientId, join(projectsFolder(), suggestedName), projectFilter()),
    saveExport: (clientId, format, suggestedName = 'Export') =>
      save(clientId, suggestedName, {
        name: texts()[format],
        extensions: [EXPORT_FACTS[format].extension.slice(1)],
      }),
    chooseFolder: async (clientId, title) => {
      const { canceled, filePaths } = await dialog.showOpenDialog(parent(clientId), {
        title,
        properties: ['openDirectory', 'createDirectory'],
      });
      return canceled ? null : (filePaths[0] ?? null);
    },
    trash: (path) => shell.trashItem(path),
    // Shown, never opened: opening could run any program that the system has for this kind of file.
    reveal: async (_, path) => {
      if (!isAbsolute(path) || !(await exists(path))) {
        throw new StudioError('ASSET_MISSING', `${path} no longer exists.`);
      }
      shell.showItemInFolder(path);
    },
  };
}

/** Asks about unsaved changes (decision 0051). */
export function askAboutUnsaved(
  dialog: Dialog,
  window: BrowserWindow,
  texts: HostTexts['unsaved'],
): UnsavedChoice {
  const answers: readonly UnsavedChoice[] = ['save', 'leave', 'stay'];
  const chosen = dialog.showMessageBoxSync(window, {
    type: 'warning',
    message: texts.message,
    detail: texts.detail,
    buttons: answers.map((answer) => texts[answer]),
    defaultId: 0,
    cancelId: 2,
    noLink: true,
  });
  return answers[chosen] ?? 'stay';
}

/** Systems differ in whether they add the chosen extension. */
function withEnding(path: string, ending: string): string {
  return path.toLowerCase().endsWith(`.${ending}`) ? path : `${path}.${ending}`;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
