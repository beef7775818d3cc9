/** Handlers of the commands on pictures. */

import type { assetCommands } from '../../contract/commands/asset-commands.ts';
import type { CommandHandlers } from '../../contract/commands.ts';
import { readRenderRequest } from '../../projects/export/render-metadata.ts';
import { normaliseUpload } from '../assets/normalise-upload.ts';
import { textsOfUpload } from '../assets/texts-of-upload.ts';
import type { CommandContext } from '../dispatcher.ts';
import type { Services } from '../services.ts';

export function assetHandlers({
  pictures,
  projects,
  transient,
}: Services): Pick<CommandHandlers<CommandContext>, keyof typeof assetCommands> {
  return {
    'assets.import': async ({ projectId, upload, name, kind, fit }) => {
      // Check that the project is open before reading the picture.
      projects.file(projectId);
      const { bytes, notes, ...picture } = await normaliseUpload(
        pictures,
        transient.requireUpload(upload),
        name,
        kind,
        fit,
      );
      const asset = projects.file(projectId).putAsset(bytes);
      return { asset, bytes: bytes.length, ...picture, notes: [...notes] };
    },
    'assets.info': async ({ projectId, asset }) => {
      const { bytes } = projects.file(projectId).readAsset(asset);
      return { asset, bytes: bytes.length, ...(await pictures.header(bytes, 'The picture')) };
    },
    'assets.readRequest': async ({ upload }) => ({
      request: readRenderRequest(await textsOfUpload(transient.requireUpload(upload)), 'The picture') ?? null,
    }),
  };
}
