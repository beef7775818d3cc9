/**
 * The default strength of a concept: a picture that the pack's autoencoder cannot reproduce is outside what the pack
 * can draw, so the model's changes to it are damped.
 */
import { type RgbImage, tensorToImage } from '../processors/image.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** PSNR from which the pack can draw a picture, and up to which it cannot. */
const DRAWN_FROM_DB = 28;
const FOREIGN_UP_TO_DB = 22;

/**
 * How well the autoencoder reproduces a picture: PSNR in dB over 8-bit channels.
 *
 * @param picture as the model sees it
 * @param reconstruction D(E(picture)), dims [3, height, width], values about -1..1
 * @returns Infinity for an identical reconstruction
 */
export function autoencoderPsnrDb(picture: RgbImage, reconstruction: Tensor): number {
  const { data } = tensorToImage(reconstruction);
  let squares = 0;
  for (let at = 0; at < data.length; at++) squares += (data[at]! - picture.data[at]!) ** 2;
  return -10 * Math.log10(squares / data.length / 255 ** 2);
}

/**
 * 1 from 28 dB on, 0 up to 22 dB, linear in between.
 *
 * The starter pack reproduces drawings at 32 dB, and photographs, which it cannot draw, at 20 to 27 dB.
 *
 * @param psnrDb of the staged background or the aligned concept, from {@link autoencoderPsnrDb}
 * @returns 0..1
 */
export function defaultStrength(psnrDb: number): number {
  return Math.min(Math.max((psnrDb - FOREIGN_UP_TO_DB) / (DRAWN_FROM_DB - FOREIGN_UP_TO_DB), 0), 1);
}
