/** The export dialog's last settings. */
import * as z from 'zod';
import {
  DEFAULT_EXPORT_QUALITY,
  type ExportFormat,
  exportFormatSchema,
  exportQualitySchema,
} from '../../../electron/contract/export-formats.ts';
import type { Settings } from '../../../electron/contract/settings.ts';

export interface ExportSettings {
  readonly format: ExportFormat;
  /** Of JPEG and WebP: 1 to 100. */
  readonly quality: number;
}

const storedSchema = z.object({ format: exportFormatSchema, quality: exportQualitySchema });

const INITIAL: ExportSettings = { format: 'png', quality: DEFAULT_EXPORT_QUALITY };

/** The last used settings; the defaults if there are none, or if they are of another version. */
export function exportSettingsOf(editor: Settings['editor']): ExportSettings {
  return storedSchema.safeParse(editor.export).data ?? INITIAL;
}
