/**
 * The time limit for reading a picture, in seconds, for the busiest machine: the slowest picture within the limits
 * takes about twelve seconds of processor time.
 *
 * Where pictures are read directly (the engine, the command line), libvips stops after this time. Some decoders do
 * not check the time; then the host ends the process: the picture process by this limit, and the engine when it stops
 * responding.
 */
export const READ_LIMIT_S = 600;
