/** Handlers of the commands on pictures. */

import type { assetCommands } from '../../contract/commands/asset-commands.ts';
import type { CommandHandlers } from '../../contract/commands.ts';
import { readRenderRequest } from '../../projects/export/render-metadata.ts';
import { normalisePicture, pictureInfo } from '../assets/pictures.ts';
import type { CommandContext } from '../dispatcher.ts';
import type { StudioParts } from '../studio-parts.ts';

export function assetHandlers({
  projects,
  transient,
}: StudioParts): Pick<CommandHandlers<CommandContext>, keyof typeof assetCommands> {
  return {
    'assets.import': async ({ projectId, upload, name, kind, fit }) => {
      const { bytes, ...picture } = await normalisePicture(transient.requireUpload(upload), name, kind, fit);
      const asset = projects.file(projectId).putAsset(bytes);
      return { asset, bytes: bytes.length, ...picture };
    },
    'assets.info': async ({ projectId, asset }) => {
      const { bytes } = projects.file(projectId).readAsset(asset);
      return { asset, bytes: bytes.length, ...(await pictureInfo(bytes, 'The picture')) };
    },
    'assets.readRequest': ({ upload }) => ({
      request: readRenderRequest(transient.requireUpload(upload), 'The picture') ?? null,
    }),
  };
}
