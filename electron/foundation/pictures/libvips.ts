/** libvips, with the loaders alone that the program's formats need: all others, SVG's first, are out of reach. */
import sharp from 'sharp';

// For the whole process: whatever is asked of sharp, no other loader runs.
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
// Pictures come once; what libvips keeps of them would only be memory.
sharp.cache(false);

export { default as sharp, type Sharp } from 'sharp';
