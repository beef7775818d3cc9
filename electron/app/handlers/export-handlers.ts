/** Handlers of the commands that write results for use elsewhere. */
import { basename, extname } from 'node:path';
import type { ExportedFile, exportCommands } from '../../contract/commands/export-commands.ts';
import type { CommandHandlers } from '../../contract/commands.ts';
import { exportAs } from '../../projects/export/export-as.ts';
import {
  type ExportOptions,
  exportCutOuts,
  type ExportedFile as MadeFile,
} from '../../projects/export/export-render.ts';
import type { CommandContext } from '../dispatcher.ts';
import { writeExport } from '../exports/write-export.ts';
import { checkedPath, NewPaths } from '../projects/file-names.ts';
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
    // The user may have chosen another name, or the suggested one was taken.
    return { ...file, fileName: basename(place), path: place, asset: null };
  };
  const newPaths = new NewPaths();
  /** Writes a file into a folder, under its suggested name or one that replaces nothing. */
  const deliverTo = async (folder: string, file: MadeFile): Promise<ExportedFile> => {
    const extension = extname(file.fileName);
    const place = newPaths.take(folder, file.fileName.slice(0, -extension.length), extension);
    try {
      return await deliver(file, place.path);
    } finally {
      place.release();
    }
  };
  const optionsOf = (metadata = settings.current.exportMetadata): ExportOptions => ({
    metadata,
    program: `PnP-MIX Studio ${host.version}`,
    pictures,
  });
  return {
    'export.picture': async ({ projectId, renderId, format = 'png', quality, metadata, path, folder }) => {
      const file = await exportAs(projects.file(projectId), renderId, format, optionsOf(metadata), quality);
      return path === undefined && folder !== undefined ? deliverTo(folder, file) : deliver(file, path);
    },
    'export.cutOuts': async ({ projectId, renderId, metadata, folder }) => {
      const files = await exportCutOuts(projects.file(projectId), renderId, optionsOf(metadata));
      const delivered: ExportedFile[] = [];
      for (const file of files) {
        // One file after another, so that equal names get different paths.
        delivered.push(await (folder === undefined ? deliver(file) : deliverTo(folder, file)));
      }
      return delivered;
    },
  };
}
