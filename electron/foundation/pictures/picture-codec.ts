/** Operations on picture files, in this or another process; picture-operations.ts documents each. */

import type { PictureNote } from '../../contract/picture-formats.ts';
import type { Placement } from '../../contract/placement.ts';

/** 8-bit pixels, row by row, one value per channel. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** Opacity of a placed picture and of its shadow, one channel each, at the background's size. */
export interface PlacedShape {
  readonly shape: Pixels;
  /** The shadow's own opacity; null without one. */
  readonly shadow: Pixels | null;
}

/** Facts about a picture file: its displayed size, in pixels. */
export interface PictureHeader {
  readonly width: number;
  readonly height: number;
  readonly mediaType: string;
}

/** A size in pixels. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** A part of a picture, in pixels. */
export interface PictureRegion extends PictureSize {
  readonly left: number;
  readonly top: number;
}

/** A picture in a form that projects store. */
export interface NormalisedPicture extends PictureHeader {
  readonly bytes: Uint8Array;
  /** What of the file was dropped, or will not show. */
  readonly notes: readonly PictureNote[];
}

export interface PictureFit {
  readonly width: number;
  readonly height: number;
  /** Crops the excess, or adds white (black for a mask). */
  readonly mode: 'cover' | 'contain';
}

/** A mask becomes 8-bit grey; transparent counts as outside. */
export type PictureKind = 'picture' | 'mask';

/** A mask from elsewhere may also be in another program's convention (mask-reading.ts). */
export type ImportKind = PictureKind | 'loadedMask';

/** Formats besides PNG in which a picture is written. */
export type ExportEncoding = 'jpeg' | 'webp' | 'tiff';

export interface ExportEncodingOptions {
  /** Of JPEG and WebP: 1 to 100. */
  readonly quality: number;
  /** An XMP packet; null for none. */
  readonly xmp: string | null;
}

/** A layer with its mask, both of one size. */
export interface PixelLayer {
  readonly name: string;
  /** Place of the upper left corner in the picture, in pixels. */
  readonly left: number;
  readonly top: number;
  /** Three channels. */
  readonly pixels: Pixels;
  /** One channel, 255 where the layer is seen; null: everywhere. */
  readonly mask: Pixels | null;
  readonly isVisible: boolean;
}

/** A picture in layers. */
export interface LayeredPicture {
  /** The backmost first. */
  readonly layers: readonly PixelLayer[];
  /** The visible layers merged, three channels. */
  readonly merged: Pixels;
  /** An XMP packet; null for none. */
  readonly xmp: string | null;
}

/** The operations. Each except those that encode throws StudioError ASSET_INVALID. */
export interface PictureCodec {
  readonly normalise: (
    bytes: Uint8Array,
    name: string,
    kind: ImportKind,
    fit: PictureFit | null,
  ) => Promise<NormalisedPicture>;
  /** The same from one file to another, which is written only if something changes. */
  readonly normaliseFile: (
    path: string,
    name: string,
    kind: ImportKind,
    fit: PictureFit | null,
    into: string,
  ) => Promise<Omit<NormalisedPicture, 'bytes'> & { readonly isChanged: boolean }>;
  readonly header: (bytes: Uint8Array, name: string) => Promise<PictureHeader>;
  readonly thumbnail: (bytes: Uint8Array, name: string, type: 'webp' | 'png') => Promise<Uint8Array>;
  readonly decode: (
    bytes: Uint8Array,
    name: string,
    kind: PictureKind,
    size?: PictureSize,
  ) => Promise<Pixels>;
  readonly placedShape: (
    bytes: Uint8Array,
    name: string,
    subject: Uint8Array | null,
    placement: Placement,
    size: PictureSize,
  ) => Promise<PlacedShape>;
  readonly encode: (
    pixels: Pixels,
    channels: 1 | 3 | 4,
    profile: 'with-profile' | 'without-profile',
  ) => Promise<Uint8Array>;
  readonly encodeAs: (
    pixels: Pixels,
    format: ExportEncoding,
    options: ExportEncodingOptions,
  ) => Promise<Uint8Array>;
  readonly encodePsd: (picture: LayeredPicture) => Promise<Uint8Array>;
}
