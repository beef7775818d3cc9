/** The file formats of exported renders. */
import * as z from 'zod';

export const EXPORT_FORMATS = ['png', 'jpeg', 'webp', 'tiff', 'psd', 'ora'] as const;
export const exportFormatSchema = z.enum(EXPORT_FORMATS);
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

interface FormatFacts {
  /** With its dot. */
  readonly extension: string;
  readonly mediaType: string;
  /** Whether it has a quality, which determines its size. */
  readonly isLossy: boolean;
}

export const EXPORT_FACTS: Readonly<Record<ExportFormat, FormatFacts>> = {
  png: { extension: '.png', mediaType: 'image/png', isLossy: false },
  jpeg: { extension: '.jpg', mediaType: 'image/jpeg', isLossy: true },
  webp: { extension: '.webp', mediaType: 'image/webp', isLossy: true },
  tiff: { extension: '.tif', mediaType: 'image/tiff', isLossy: false },
  psd: { extension: '.psd', mediaType: 'image/vnd.adobe.photoshop', isLossy: false },
  ora: { extension: '.ora', mediaType: 'image/openraster', isLossy: false },
};

/** Quality of JPEG and WebP; 100 is the best and largest. */
export const exportQualitySchema = z.int().min(1).max(100);
export const DEFAULT_EXPORT_QUALITY = 90;
