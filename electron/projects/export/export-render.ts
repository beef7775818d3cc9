/** A project's renders as files for other programs: the picture, its cut-outs, its layers. */
import { StudioError } from '../../contract/errors.ts';
import { isMaskOf, type ResolvedFrame } from '../../contract/frame.ts';
import type { AssetId, RenderRequest } from '../../contract/render-request.ts';
import type { PictureCodec, Pixels, PlacedShape } from '../../foundation/pictures/picture-codec.ts';
import type { ProjectFile } from '../project-file.ts';
import type { RenderRecord } from '../project-records.ts';
import { liftedOff, visibleMasks, visibleShadows, withAlpha, withoutFront } from './cut-out.ts';
import { MAX_PART_BYTES, safeFileName } from './file-name.ts';
import { encodeOpenRaster, type RasterLayer } from './open-raster.ts';
import { withPngTexts } from './png-text.ts';
import { metadataTexts } from './render-metadata.ts';

export interface ExportOptions {
  /** Embed how the picture was made. */
  readonly metadata: boolean;
  /** Such as "PnP-MIX Studio 0.1.0". */
  readonly program: string;
  /** The picture operations. */
  readonly pictures: PictureCodec;
}

/** A file in memory, not yet written. */
export interface ExportedFile {
  /** Suggested name, safe on every system. */
  readonly fileName: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/**
 * The whole picture as PNG in sRGB.
 *
 * @throws StudioError RENDER_UNKNOWN, ASSET_MISSING (the render failed and has no picture), ASSET_INVALID
 */
export async function exportPicture(
  project: ProjectFile,
  renderId: string,
  options: ExportOptions,
): Promise<ExportedFile> {
  const render = project.render(renderId);
  const picture = await resultPixels(project, render, options.pictures);
  return {
    fileName: `${baseName(project, render)}.png`,
    mediaType: 'image/png',
    bytes: await encodeExport(picture, 3, render, options),
  };
}

/** Encodes a picture of a request for export. @param channels 3: RGB, 4: RGB and alpha */
export async function encodeExport(
  picture: Pixels,
  channels: 3 | 4,
  { request, frame }: { readonly request: RenderRequest; readonly frame: ResolvedFrame | null },
  { metadata, program, pictures }: ExportOptions,
): Promise<Uint8Array> {
  const png = await pictures.encode(picture, channels, 'with-profile');
  if (!metadata) return png;
  return withPngTexts(
    png,
    metadataTexts(request, { width: picture.width, height: picture.height, frame, program }),
  );
}

/**
 * Each concept cut out of the picture, as PNG with alpha, minus what concepts and objects in front of it cover: by its
 * mask, or by its placement with opacity, soft edge and shadow.
 *
 * @returns in the order of the request's concepts
 * @throws StudioError RENDER_UNKNOWN, ASSET_MISSING, ASSET_INVALID, SIZE_MISMATCH
 */
export async function exportCutOuts(
  project: ProjectFile,
  renderId: string,
  options: ExportOptions,
): Promise<ExportedFile[]> {
  const render = project.render(renderId);
  const { cutOuts } = await renderParts(project, render, options.pictures);
  const base = baseName(project, render);
  const files: ExportedFile[] = [];
  for (const [index, { name }] of render.request.scene.concepts.entries()) {
    const cutOut = cutOuts[index]!;
    // The number distinguishes names that differ only in characters that file systems do not accept.
    files.push({
      fileName: `${base} - ${index + 1} ${safeFileName(name, 'concept', MAX_PART_BYTES)}.png`,
      mediaType: 'image/png',
      bytes: await encodeExport(cutOut, 4, render, options),
    });
  }
  return files;
}

/**
 * The picture in layers, as OpenRaster. From front to back: the masks (hidden), the cut-outs, the whole result, the
 * inpainted background (hidden), the background. The visible layers show exactly the result; hide it to see the
 * cut-outs on the background.
 *
 * @throws StudioError RENDER_UNKNOWN, ASSET_MISSING, ASSET_INVALID, SIZE_MISMATCH
 */
export async function exportLayered(
  project: ProjectFile,
  renderId: string,
  pictures: PictureCodec,
): Promise<ExportedFile> {
  const render = project.render(renderId);
  const { scene } = render.request;
  const { picture, shapes, cutOuts } = await renderParts(project, render, pictures);
  const encode = (pixels: Pixels, channels: 1 | 3 | 4) => pictures.encode(pixels, channels, 'with-profile');
  const merged = await encode(picture, 3);
  // The frontmost concept first, as the file lists its layers.
  const frontFirst = scene.concepts
    .map((concept, index) => ({ ...concept, index }))
    .sort((a, b) => b.order - a.order);
  const layers: RasterLayer[] = [];
  for (const { name, index } of frontFirst) {
    layers.push({ name: `Mask of ${name}`, png: await encode(shapes[index]!.shape, 1), isVisible: false });
  }
  for (const { name, index } of frontFirst) {
    const png = await encode(cutOuts[index]!, 4);
    layers.push({ name, png, isVisible: true });
  }
  layers.push({ name: 'Result', png: merged, isVisible: true });
  const layerOf = async (name: string, id: AssetId, isVisible: boolean): Promise<RasterLayer> => {
    const pixels = await layerPixels(project, id, name, picture, pictures);
    return { name, png: await encode(pixels, 3), isVisible };
  };
  if (scene.inpainted !== null) layers.push(await layerOf('Inpainted background', scene.inpainted, false));
  layers.push(await layerOf('Background', scene.background, true));
  const { width, height } = picture;
  return {
    fileName: `${baseName(project, render)}.ora`,
    mediaType: 'image/openraster',
    bytes: await encodeOpenRaster({ width, height, layers, merged }, pictures),
  };
}

/** A render's picture, the shapes of its concepts and their cut-outs, all of the picture's size. */
export interface RenderParts {
  readonly picture: Pixels;
  /** In the order of the request's concepts. */
  readonly shapes: readonly PlacedShape[];
  /** Four channels, in the order of the request's concepts. */
  readonly cutOuts: readonly Pixels[];
}

/** @throws StudioError ASSET_MISSING, ASSET_INVALID, SIZE_MISMATCH */
export async function renderParts(
  project: ProjectFile,
  render: RenderRecord,
  pictures: PictureCodec,
): Promise<RenderParts> {
  const picture = await resultPixels(project, render, pictures);
  const shapes = await maskPixels(project, render, picture, pictures);
  return { picture, shapes, cutOuts: await cutOutPixels(project, render, picture, shapes, pictures) };
}

/**
 * A whole picture of the scene as a layer.
 *
 * @param name of the layer, for messages
 * @throws StudioError ASSET_MISSING, ASSET_INVALID, SIZE_MISMATCH
 */
export async function layerPixels(
  project: ProjectFile,
  id: AssetId,
  name: string,
  { width, height }: Pixels,
  pictures: PictureCodec,
): Promise<Pixels> {
  const pixels = await pictures.decode(project.readAsset(id).bytes, name, 'picture');
  if (pixels.width === width && pixels.height === height) return pixels;
  throw new StudioError('SIZE_MISMATCH', `${name} does not have the picture’s size.`);
}

/**
 * The picture of a render, three channels.
 *
 * @throws StudioError ASSET_MISSING (the render failed and has no picture), ASSET_INVALID
 */
export async function resultPixels(
  project: ProjectFile,
  { id, result, failure }: RenderRecord,
  pictures: PictureCodec,
): Promise<Pixels> {
  if (result === null) {
    throw new StudioError('ASSET_MISSING', `The render has no picture: ${failure?.message ?? 'it failed'}`);
  }
  return pictures.decode(project.readAsset(result).bytes, `The picture of the render ${id}`, 'picture');
}

/** Each concept separately, four channels, in the order of the request. */
async function cutOutPixels(
  project: ProjectFile,
  render: RenderRecord,
  picture: Pixels,
  shapes: readonly PlacedShape[],
  pictures: PictureCodec,
): Promise<Pixels[]> {
  const { background, concepts } = render.request.scene;
  const orders = ordersOf(render);
  const masks = shapes.map(({ shape }) => shape);
  const visible = visibleMasks(masks, orders);
  const shadows = visibleShadows(
    shapes.map(({ shadow }) => shadow),
    masks,
    orders,
  );
  if (concepts.every(({ placement }) => placement === null)) {
    return visible.map((mask) => withAlpha(picture, mask));
  }
  const behind = await pictures.decode(project.readAsset(background).bytes, 'The background', 'picture');
  return visible.map((mask, index) =>
    // Under a mask the background has the old object, which must not show through.
    concepts[index]!.placement === null
      ? withAlpha(picture, mask)
      : liftedOff(picture, behind, mask, shadows[index]!),
  );
}

async function maskPixels(
  project: ProjectFile,
  { request }: RenderRecord,
  { width, height }: Pixels,
  pictures: PictureCodec,
): Promise<PlacedShape[]> {
  const shapes: PlacedShape[] = [];
  const size = { width, height };
  for (const { name, image, subject, mask, front, placement } of request.scene.concepts) {
    const bytesOf = (id: AssetId) => project.readAsset(id).bytes;
    let shown: PlacedShape | undefined;
    if (placement !== null) {
      const shape = subject === null ? null : bytesOf(subject);
      shown = await pictures.placedShape(bytesOf(image), `The picture of ${name}`, shape, placement, size);
    } else if (mask !== null) {
      shown = { shape: await decodeMask(bytesOf(mask), `The mask of ${name}`, size, pictures), shadow: null };
    }
    if (shown === undefined) continue;
    if (front !== null) {
      const hiding = await decodeMask(bytesOf(front), `The mask in front of ${name}`, size, pictures);
      const { shape, shadow } = shown;
      shown = { shape: withoutFront(shape, hiding), shadow: shadow && withoutFront(shadow, hiding) };
    }
    shapes.push(shown);
  }
  return shapes;
}

/** A mask at the picture's size; the masks of a large background are smaller. */
async function decodeMask(
  bytes: Uint8Array,
  name: string,
  size: { readonly width: number; readonly height: number },
  pictures: PictureCodec,
): Promise<Pixels> {
  const decoded = await pictures.decode(bytes, name, 'mask');
  const isPictures = decoded.width === size.width && decoded.height === size.height;
  return isPictures || !isMaskOf(decoded, size) ? decoded : pictures.decode(bytes, name, 'mask', size);
}

function ordersOf({ request }: RenderRecord): number[] {
  return request.scene.concepts.map(({ order }) => order);
}

/** The suggested name without its ending: of the project, and the render's name or number. */
export function baseName(project: ProjectFile, { name, sequence }: RenderRecord): string {
  const title = safeFileName(project.title(), 'PnP-MIX', MAX_PART_BYTES);
  if (name === null) return `${title} ${sequence}`;
  return `${title} - ${safeFileName(name, `${sequence}`, MAX_PART_BYTES)}`;
}
