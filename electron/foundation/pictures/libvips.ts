/** libvips, restricted to the loaders of the program's formats: all others, especially SVG's, are blocked. */
import sharp from 'sharp';

// Applies to the whole process: no call of sharp can run another loader.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: [
    'VipsForeignLoadPngBuffer',
    'VipsForeignLoadJpegBuffer',
    'VipsForeignLoadWebpBuffer',
    'VipsForeignLoadHeifBuffer',
    'VipsForeignLoadTiffBuffer',
    'VipsForeignLoadNsgifBuffer',
  ],
});
// Each picture is read once: libvips' cache would only take memory.
sharp.cache(false);

export { default as sharp, type Sharp } from 'sharp';
