/** Exports a render as a file: through the host's dialog if there is one, else as a download. */
import i18next from 'i18next';
import type { ExportedFile } from '../../../electron/contract/commands/export-commands.ts';
import { reportNotice } from '../../session/notices.ts';
import type { Studio } from '../../session/studio.ts';
import { useStudio } from '../../session/studio-store.ts';

export async function exportRender(studio: Studio, renderId: string, kind: 'png' | 'layered'): Promise<void> {
  const { projectId, client } = studio;
  const place: { path?: string } = {};
  if (useStudio.getState().info?.hasNativeDialogs) {
    const { path } = await client.call('dialog.saveExport', { kind });
    if (path === null) return;
    place.path = path;
  }
  const file = await client.call(kind === 'png' ? 'export.png' : 'export.layered', {
    projectId,
    renderId,
    ...place,
  });
  download(studio, file);
  reportNotice(i18next.t('render.exported', { name: file.fileName }), { kind: 'success' });
}

/** Downloads a file that the host keeps for the browser. */
function download(studio: Studio, { asset, fileName }: ExportedFile): void {
  if (asset === null) return;
  saveAs(studio.assetUrl(asset), fileName);
}

export function saveAs(url: string, fileName: string): void {
  const link = document.createElement('a');
  link.href = url;
  link.download = fileName;
  link.click();
}
