/** Exports renders as files, through the host's dialogs if there are some, else as downloads; or to the clipboard. */
import i18next from 'i18next';
import type { ExportedFile } from '../../../electron/contract/commands/export-commands.ts';
import { StudioError } from '../../../electron/contract/errors.ts';
import type { ExportFormat } from '../../../electron/contract/export-formats.ts';
import type { AssetId } from '../../../electron/contract/render-request.ts';
import { changeEditorSettings } from '../../session/editor-settings.ts';
import { reportError, reportNotice, whileRunning } from '../../session/notices.ts';
import type { Studio } from '../../session/studio.ts';
import { useStudio } from '../../session/studio-store.ts';
import type { ExportSettings } from './export-settings.ts';

export interface ExportChoice {
  readonly format: ExportFormat;
  /** Of JPEG and WebP: 1 to 100. */
  readonly quality?: number;
  /** Include how the picture was made; by default as in the settings. */
  readonly metadata?: boolean;
}

const PLAIN: ExportChoice = { format: 'png' };

/** Exports one render; a dismissed dialog exports nothing. */
export async function exportRender(
  studio: Studio,
  renderId: string,
  choice: ExportChoice = PLAIN,
): Promise<void> {
  const { projectId, client } = studio;
  const place: { path?: string } = {};
  if (useStudio.getState().info?.hasNativeDialogs) {
    const { path } = await client.call('dialog.saveExport', { format: choice.format });
    if (path === null) return;
    place.path = path;
  }
  const exporting = client.call('export.picture', { projectId, renderId, ...choice, ...place });
  const file = await whileRunning(i18next.t('export.underWay', { count: 1 }), exporting);
  download(studio, file);
  reportNotice(i18next.t('render.exported', { name: file.fileName }), { kind: 'success' });
}

/**
 * Exports renders one after another into a folder, or as downloads. One that cannot be exported is reported, and the
 * others follow.
 */
export async function exportRenders(
  studio: Studio,
  renderIds: readonly string[],
  choice: ExportChoice,
): Promise<void> {
  const { projectId, client } = studio;
  const place: { folder?: string } = {};
  if (useStudio.getState().info?.hasNativeDialogs) {
    const { path } = await client.call('dialog.chooseFolder', { title: i18next.t('export.folder') });
    if (path === null) return;
    place.folder = path;
  }
  const exportAll = async () => {
    let done = 0;
    for (const renderId of renderIds) {
      try {
        download(studio, await client.call('export.picture', { projectId, renderId, ...choice, ...place }));
        done++;
      } catch (error) {
        reportError(error);
        // No other one can be written either.
        if (error instanceof StudioError && ['DISK_FULL', 'OUTPUT_UNWRITABLE'].includes(error.code)) break;
      }
    }
    return done;
  };
  const title = i18next.t('export.underWay', { count: renderIds.length });
  const count = await whileRunning(title, exportAll());
  if (count > 0) reportNotice(i18next.t('export.exportedMany', { count }), { kind: 'success' });
}

/**
 * Exports renders as the user chose, and remembers the choice for the next time; where that cannot be stored, such as on
 * a full disk, the export may still go elsewhere.
 */
export async function exportChosen(
  studio: Studio,
  renderIds: readonly string[],
  choice: ExportChoice,
  remembered: ExportSettings,
): Promise<void> {
  changeEditorSettings(studio.client, () => ({ export: { ...remembered } })).catch(reportError);
  const [one, ...others] = renderIds;
  if (one !== undefined && others.length === 0) await exportRender(studio, one, choice);
  else await exportRenders(studio, renderIds, choice);
}

/** Copies a render's picture, at its full size, to the clipboard. @throws StudioError HOST_UNSUPPORTED */
export async function copyRender(studio: Studio, result: AssetId): Promise<void> {
  const picture = studio.client.readAsset(result).then((bytes) => new Blob([bytes], { type: 'image/png' }));
  try {
    await navigator.clipboard.write([new ClipboardItem({ 'image/png': picture })]);
  } catch (cause) {
    if (cause instanceof StudioError) throw cause;
    throw new StudioError('HOST_UNSUPPORTED', i18next.t('export.copyRefused'), { cause });
  }
  reportNotice(i18next.t('export.copied'), { kind: 'success' });
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
