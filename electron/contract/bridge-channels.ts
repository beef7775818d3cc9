/** Names of the three channels between the preload bridge and the Electron host. */
export const COMMAND_CHANNEL = 'pnp-mix:command';
export const UPLOAD_CHANNEL = 'pnp-mix:upload';
export const EVENT_CHANNEL = 'pnp-mix:event';
