/** A render in the format of the user's choice. */
import { StudioError } from '../../contract/errors.ts';
import { DEFAULT_EXPORT_QUALITY, EXPORT_FACTS, type ExportFormat } from '../../contract/export-formats.ts';
import type { PixelLayer, Pixels } from '../../foundation/pictures/picture-codec.ts';
import type { ProjectFile } from '../project-file.ts';
import {
  baseName,
  type ExportedFile,
  type ExportOptions,
  exportLayered,
  exportPicture,
  layerPixels,
  renderParts,
  resultPixels,
} from './export-render.ts';
import { maskedLayer } from './masked-layer.ts';
import { xmpPacket } from './render-metadata.ts';

/** Longest side of a WebP picture, in pixels (RFC 9649, 2.7.1.1 allows one more in extended files only). */
const MAX_WEBP_SIDE_PX = 16_383;

/** Most bytes of all of a PSD file's layers together: readers and the encoder hold them in memory. */
const MAX_PSD_BYTES = 1.5 * 2 ** 30;

/**
 * Exports a render. All formats that can carry XMP state that the picture is a composite with generated parts; only PNG
 * contains the whole request.
 *
 * @param quality of JPEG and WebP, 1 to 100
 * @throws StudioError RENDER_UNKNOWN, ASSET_MISSING, ASSET_INVALID, SIZE_MISMATCH, EXPORT_TOO_LARGE
 */
export async function exportAs(
  project: ProjectFile,
  renderId: string,
  format: ExportFormat,
  options: ExportOptions,
  quality: number = DEFAULT_EXPORT_QUALITY,
): Promise<ExportedFile> {
  switch (format) {
    case 'png':
      return exportPicture(project, renderId, options);
    case 'ora':
      return exportLayered(project, renderId, options.pictures);
    case 'psd':
      return exportPsd(project, renderId, options);
    default:
      return exportEncoded(project, renderId, format, options, quality);
  }
}

async function exportEncoded(
  project: ProjectFile,
  renderId: string,
  format: 'jpeg' | 'webp' | 'tiff',
  options: ExportOptions,
  quality: number,
): Promise<ExportedFile> {
  const render = project.render(renderId);
  const picture = await resultPixels(project, render, options.pictures);
  if (format === 'webp') requireWebpSize(picture);
  return {
    fileName: `${baseName(project, render)}${EXPORT_FACTS[format].extension}`,
    mediaType: EXPORT_FACTS[format].mediaType,
    bytes: await options.pictures.encodeAs(picture, format, { quality, xmp: xmpOf(options) }),
  };
}

/**
 * The picture in layers. From front to back: the whole result, each concept with its mask, the inpainted background
 * (hidden), the background. Hide the result to see and change the concepts on the background.
 */
async function exportPsd(
  project: ProjectFile,
  renderId: string,
  options: ExportOptions,
): Promise<ExportedFile> {
  const { pictures } = options;
  const render = project.render(renderId);
  const { picture, cutOuts } = await renderParts(project, render, pictures);
  const { background, inpainted, concepts } = render.request.scene;
  const whole = (name: string, pixels: Pixels, isVisible = true): PixelLayer => ({
    name,
    left: 0,
    top: 0,
    pixels,
    mask: null,
    isVisible,
  });
  const layers = [
    whole('Background', await layerPixels(project, background, 'Background', picture, pictures)),
  ];
  if (inpainted !== null) {
    const name = 'Inpainted background';
    layers.push(whole(name, await layerPixels(project, inpainted, name, picture, pictures), false));
  }
  const backFirst = concepts.map((concept, index) => ({ ...concept, index })).sort(byDepth);
  for (const { name, index } of backFirst) layers.push(maskedLayer(name, cutOuts[index]!, picture));
  layers.push(whole('Result', picture));
  requirePsdSize(layers);
  return {
    fileName: `${baseName(project, render)}${EXPORT_FACTS.psd.extension}`,
    mediaType: EXPORT_FACTS.psd.mediaType,
    bytes: await pictures.encodePsd({ layers, merged: picture, xmp: xmpOf(options) }),
  };
}

interface Depth {
  readonly order: number;
  readonly index: number;
}

/** From back to front; of equal orders the earlier concept is in front. */
function byDepth(one: Depth, other: Depth): number {
  return one.order - other.order || other.index - one.index;
}

function xmpOf({ metadata, program }: ExportOptions): string | null {
  return metadata ? xmpPacket(program) : null;
}

/** @throws StudioError EXPORT_TOO_LARGE */
export function requireWebpSize({
  width,
  height,
}: {
  readonly width: number;
  readonly height: number;
}): void {
  if (Math.max(width, height) <= MAX_WEBP_SIDE_PX) return;
  throw new StudioError(
    'EXPORT_TOO_LARGE',
    `WebP holds at most ${MAX_WEBP_SIDE_PX} pixels a side, and the picture is ${width} × ${height}. Choose PNG, JPEG or TIFF.`,
  );
}

/** @throws StudioError EXPORT_TOO_LARGE */
export function requirePsdSize(layers: readonly Pick<PixelLayer, 'pixels' | 'mask'>[]): void {
  const bytes = layers.reduce(
    (sum, { pixels, mask }) => sum + pixels.width * pixels.height * (mask === null ? 3 : 4),
    0,
  );
  if (bytes <= MAX_PSD_BYTES) return;
  throw new StudioError(
    'EXPORT_TOO_LARGE',
    'The layers are too large for one PSD file. Choose OpenRaster, or PNG for the picture alone.',
  );
}
