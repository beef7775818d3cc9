/** Handlers of the commands on pictures. */

import type { assetCommands } from '../../contract/commands/asset-commands.ts';
import type { CommandHandlers } from '../../contract/commands.ts';
import { StudioError } from '../../contract/errors.ts';
import { readRenderRequest } from '../../projects/export/render-metadata.ts';
import { normalisePicture, pictureInfo } from '../assets/pictures.ts';
import type { CommandContext } from '../dispatcher.ts';
import type { StudioParts } from '../studio-parts.ts';

export function assetHandlers({
  projects,
  transient,
}: StudioParts): Pick<CommandHandlers<CommandContext>, keyof typeof assetCommands> {
  const uploaded = (upload: string) => {
    const found = transient.get(upload);
    if (found !== undefined) return found.bytes;
    throw new StudioError(
      'ASSET_MISSING',
      'The picture has not been uploaded, or too long ago. Add it again.',
    );
  };
  return {
    'assets.import': async ({ projectId, upload, name, kind, fit }) => {
      const { bytes, ...picture } = await normalisePicture(uploaded(upload), name, kind, fit);
      const asset = projects.file(projectId).putAsset(bytes);
      return { asset, bytes: bytes.length, ...picture };
    },
    'assets.info': async ({ projectId, asset }) => {
      const { bytes } = projects.file(projectId).readAsset(asset);
      return { asset, bytes: bytes.length, ...(await pictureInfo(bytes, 'The picture')) };
    },
    'assets.readRequest': ({ upload }) => ({
      request: readRenderRequest(uploaded(upload), 'The picture') ?? null,
    }),
  };
}
