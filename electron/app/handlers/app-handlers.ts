/** Handlers of the commands on the program itself. */

import { join } from 'node:path';
import type { appCommands, LicenceNotice } from '../../contract/commands/app-commands.ts';
import type { CommandHandlers } from '../../contract/commands.ts';
import { StudioError } from '../../contract/errors.ts';
import { safeFileName } from '../../projects/export/file-name.ts';
import { UPLOAD_LIMIT_BYTES } from '../assets/upload.ts';
import { cacheBytes, clearCache } from '../cache/computed-cache.ts';
import { collectDiagnostics } from '../diagnostics.ts';
import type { CommandContext } from '../dispatcher.ts';
import { readLicences } from '../licences.ts';
import type { Services } from '../services.ts';

export function appHandlers(
  services: Services,
): Pick<CommandHandlers<CommandContext>, keyof typeof appCommands> {
  const { host, settings, packs, projectsFolder, projects, recent, writtenFiles, store, events, folders } =
    services;
  const dialogs = () => {
    if (host.dialogs !== null) return host.dialogs;
    throw new StudioError(
      'HOST_UNSUPPORTED',
      'In a browser tab this program cannot open the system’s dialogs.',
    );
  };
  // Read once: some hundred files that do not change while the program runs.
  let licences: Promise<LicenceNotice[]> | undefined;
  const readOnce = () => {
    licences ??= readLicences(folders.application, folders.bundledPacks).catch((error: unknown) => {
      licences = undefined;
      throw error;
    });
    return licences;
  };
  // A page could name paths on other machines (\\server\share): accessing one sends the login's hash there.
  const isGivenOut = (path: string) =>
    [
      projectsFolder.path,
      store.modelsFolder,
      folders.cache,
      folders.settings,
      join(folders.settings, 'logs'),
      ...projects.list().map((project) => project.path),
      ...recent.list().map((project) => project.path),
    ].includes(path) || writtenFiles.has(path);
  return {
    'app.info': () => ({
      name: 'PnP-MIX Studio',
      version: host.version,
      host: host.kind,
      platform: process.platform,
      hasNativeDialogs: host.dialogs !== null,
      projectsFolder: projectsFolder.path,
      canChooseProjectsFolder: projectsFolder.canBeChosen,
      modelsFolder: store.modelsFolder,
      canChooseModelsFolder: services.modelsFolder.chosenBy !== 'PNPMIX_MODELS_DIR',
      cacheFolder: folders.cache,
      uploadLimitBytes: UPLOAD_LIMIT_BYTES,
    }),
    'app.licences': readOnce,
    'app.diagnostics': () => collectDiagnostics(services),
    'app.reveal': async ({ path }, { clientId }) => {
      const { reveal } = dialogs();
      if (!isGivenOut(path)) {
        throw new StudioError(
          'PARAMETER_INVALID',
          'Only files and folders of this program are shown: projects, exports, and the folders of the settings.',
        );
      }
      await reveal(clientId, path);
      return null;
    },
    'app.cache': async () => ({ bytes: await cacheBytes(folders.cache) }),
    'app.clearCache': async () => ({ freedBytes: await clearCache(folders.cache) }),
    'app.setProjectsFolder': async ({ folder }) => {
      await projectsFolder.choose(folder);
      events.emit('settings.changed', settings.current);
      return null;
    },
    'app.setModelsFolder': async ({ folder }) => {
      await services.modelsFolder.choose(folder);
      return null;
    },
    'settings.get': () => settings.current,
    'settings.set': async (change) => {
      if (change.pack !== undefined && change.pack !== settings.current.pack) {
        await packs.assertUsable(change.pack, 'PARAMETER_INVALID');
      }
      const changed = await settings.change(change);
      await services.applySettings();
      // Others may have been changed meanwhile, and announced already.
      events.emit('settings.changed', settings.current);
      return changed;
    },
    'dialog.openProject': async (_, { clientId }) => ({ path: await dialogs().openProject(clientId) }),
    'dialog.saveProject': async ({ suggestedName }, { clientId }) => ({
      path: await dialogs().saveProject(clientId, suggestedName && safeFileName(suggestedName, 'Untitled')),
    }),
    'dialog.saveExport': async ({ suggestedName, format }, { clientId }) => ({
      path: await dialogs().saveExport(
        clientId,
        format,
        suggestedName && safeFileName(suggestedName, 'Export'),
      ),
    }),
    'dialog.chooseFolder': async ({ title }, { clientId }) => ({
      path: await dialogs().chooseFolder(clientId, title),
    }),
  };
}
