/** Operations on picture files, in this or another process; picture-operations.ts documents each. */

import type { PictureNote } from '../../contract/picture-formats.ts';
import type { Placement } from '../../contract/placement.ts';

/** 8-bit pixels, row by row, one value per channel. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** How opaque a placed picture and its shadow are, one channel each, of the background's size. */
export interface PlacedShape {
  readonly shape: Pixels;
  /** Of the shadow by itself; null without one. */
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

/** The operations. Each except `encode` throws StudioError ASSET_INVALID. */
export interface PictureCodec {
  readonly normalise: (
    bytes: Uint8Array,
    name: string,
    kind: PictureKind,
    fit: PictureFit | null,
  ) => Promise<NormalisedPicture>;
  /** The same from a file into another one, which is written only where something is changed. */
  readonly normaliseFile: (
    path: string,
    name: string,
    kind: PictureKind,
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
}
