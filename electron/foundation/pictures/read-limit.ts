/**
 * The time limit for reading a picture, in seconds, on the busiest machine: the slowest of the size that is
 * taken needs about twelve seconds of a processor.
 *
 * Where pictures are read directly (the engine, the command line), libvips ends what takes longer. It hears nothing of
 * the time in the middle of some decoders; there, as in everything else, a host ends the process: the one that reads
 * pictures by this limit, and the engine when it says nothing for too long.
 */
export const READ_LIMIT_S = 600;
