/** A child process’s line to its host: Node’s channel of a forked process, or Electron’s port of a utility process. */

/** A line that carries values by structured clone. */
export interface HostPort {
  readonly send: (message: unknown) => void;
  readonly onMessage: (listener: (message: unknown) => void) => void;
  /** The host is gone, or has hung up. */
  readonly onClose: (listener: () => void) => void;
}

/** What Electron adds to `process` in a utility process. */
interface UtilityProcessPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): unknown;
}

/**
 * The line of this process.
 *
 * @throws Error when the process was started by hand
 */
export function openHostPort(): HostPort {
  const { parentPort } = process as { readonly parentPort?: UtilityProcessPort };
  if (parentPort) {
    return {
      send: (message) => parentPort.postMessage(message),
      onMessage: (listener) => void parentPort.on('message', ({ data }) => listener(data)),
      // Chromium ends its utility processes with itself.
      onClose: () => undefined,
    };
  }
  if (process.send === undefined) throw new Error('This file is started by the program, not by hand.');
  return {
    send: (message) => {
      // A host that died between two messages is noticed by 'disconnect'.
      if (process.connected) process.send!(message, () => undefined);
    },
    onMessage: (listener) => void process.on('message', listener),
    onClose: (listener) => void process.once('disconnect', listener),
  };
}
