/**
 * A child process’s connection to its host: Node’s channel of a forked process, or Electron’s port of a utility
 * process.
 */

/** A connection that carries values by structured clone. */
export interface HostPort {
  readonly send: (message: unknown) => void;
  readonly onMessage: (listener: (message: unknown) => void) => void;
  /** The host is gone, or has disconnected. */
  readonly onClose: (listener: () => void) => void;
}

/** What Electron adds to `process` in a utility process. */
interface UtilityProcessPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): unknown;
}

/**
 * The connection of this process.
 *
 * @throws Error when the process was started by hand
 */
export function openHostPort(): HostPort {
  const { parentPort } = process as { readonly parentPort?: UtilityProcessPort };
  if (parentPort) {
    return {
      send: (message) => parentPort.postMessage(message),
      onMessage: (listener) => void parentPort.on('message', ({ data }) => listener(data)),
      // Chromium's utility processes end with it.
      onClose: () => undefined,
    };
  }
  if (process.send === undefined) throw new Error('This file cannot be run by hand; the program starts it.');
  return {
    send: (message) => {
      // 'disconnect' reveals a host that died between two messages.
      if (process.connected) process.send!(message, () => undefined);
    },
    onMessage: (listener) => void process.on('message', listener),
    onClose: (listener) => void process.once('disconnect', listener),
  };
}
