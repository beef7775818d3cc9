/** Handlers of the commands that write results for use elsewhere. */
import { extname } from 'node:path';
import type { ExportedFile, exportCommands } from '../../contract/commands/export-commands.ts';
import type { CommandHandlers } from '../../contract/commands.ts';
import {
  type ExportOptions,
  exportCutOuts,
  exportLayered,
  exportPicture,
  type ExportedFile as MadeFile,
} from '../../projects/export/export-render.ts';
import type { CommandContext } from '../dispatcher.ts';
import { writeExport } from '../exports/write-export.ts';
import { checkedPath, freePath } from '../projects/file-names.ts';
import type { Services } from '../services.ts';

export function exportHandlers({
  host,
  pictures,
  projects,
  settings,
  transient,
  unfinishedExports,
  writtenFiles,
}: Services): Pick<CommandHandlers<CommandContext>, keyof typeof exportCommands> {
  /** Writes a file to the user's path, or keeps it for a browser to download. */
  const deliver = async ({ fileName, bytes, mediaType }: MadeFile, path?: string): Promise<ExportedFile> => {
    const file = { fileName, bytes: bytes.length, mediaType };
    if (path === undefined) return { ...file, path: null, asset: transient.put(bytes, mediaType) };
    const place = checkedPath(path, [extname(fileName)]);
    await writeExport(place, bytes, unfinishedExports);
    writtenFiles.add(place);
    return { ...file, path: place, asset: null };
  };
  const optionsOf = (metadata = settings.current.exportMetadata): ExportOptions => ({
    metadata,
    program: `PnP-MIX Studio ${host.version}`,
    pictures,
  });
  return {
    'export.png': async ({ projectId, renderId, metadata, path }) =>
      deliver(await exportPicture(projects.file(projectId), renderId, optionsOf(metadata)), path),
    'export.cutOuts': async ({ projectId, renderId, metadata, folder }) => {
      const files = await exportCutOuts(projects.file(projectId), renderId, optionsOf(metadata));
      const delivered: ExportedFile[] = [];
      for (const file of files) {
        const extension = extname(file.fileName);
        const name = file.fileName.slice(0, -extension.length);
        // One file after another, so that equal names get different paths.
        delivered.push(await deliver(file, folder && freePath(folder, name, extension)));
      }
      return delivered;
    },
    'export.layered': async ({ projectId, renderId, path }) =>
      deliver(await exportLayered(projects.file(projectId), renderId, pictures), path),
  };
}
