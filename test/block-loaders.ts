/**
 * Set-up of the files that share a process: the product's module that blocks libvips' loaders, for good, is loaded
 * before each of them, so that no test depends on which file ran before it.
 */
import '../electron/foundation/pictures/libvips.ts';
