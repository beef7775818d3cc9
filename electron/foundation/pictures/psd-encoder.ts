/** Writes a picture in layers as PSD, which Photoshop, Affinity Photo, Krita and GIMP open. */
import type { Layer } from 'ag-psd';
import type { LayeredPicture, PixelLayer, Pixels } from './picture-codec.ts';

/** Encodes as 8-bit RGB. The masks become layer masks, which hide what is outside them. */
export async function encodePsd({ layers, merged, xmp }: LayeredPicture): Promise<Uint8Array> {
  // Only this needs the library.
  const { writePsdUint8Array } = await import('ag-psd');
  const { width, height } = merged;
  const opaqueOf = withOpacity();
  return writePsdUint8Array(
    {
      width,
      height,
      imageData: opaqueOf(merged),
      children: layers.map((layer) => psdLayer(layer, opaqueOf)),
      ...(xmp !== null && { imageResources: { xmpMetadata: xmp } }),
    },
    // The backmost layer stays one that can be moved and hidden.
    { noBackground: true },
  );
}

function psdLayer(
  { name, left, top, pixels, mask, isVisible }: PixelLayer,
  opaqueOf: (pixels: Pixels) => Pixels,
): Layer {
  return {
    name,
    left,
    top,
    hidden: !isVisible,
    imageData: opaqueOf(pixels),
    ...(mask && { mask: { left, top, defaultColor: 0, imageData: greyOf(mask) } }),
  };
}

/** Four channels from three; the same pixels are converted once. */
function withOpacity(): (pixels: Pixels) => Pixels {
  const made = new Map<Uint8Array, Pixels>();
  return (pixels) => {
    const known = made.get(pixels.data);
    if (known !== undefined) return known;
    const data = new Uint8Array(pixels.width * pixels.height * 4).fill(255);
    for (let pixel = 0; pixel < pixels.width * pixels.height; pixel++) {
      for (let channel = 0; channel < 3; channel++) {
        data[4 * pixel + channel] = pixels.data[3 * pixel + channel]!;
      }
    }
    const opaque = { ...pixels, data };
    made.set(pixels.data, opaque);
    return opaque;
  };
}

/** The library takes masks as four channels, of which it writes the first. */
function greyOf({ width, height, data }: Pixels): Pixels {
  const grey = new Uint8Array(width * height * 4);
  for (let pixel = 0; pixel < width * height; pixel++) grey.fill(data[pixel]!, 4 * pixel, 4 * pixel + 3);
  return { width, height, data: grey };
}
