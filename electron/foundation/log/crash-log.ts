/** A log of what went wrong, on this machine only: nothing is ever sent anywhere. */
import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { inspect } from 'node:util';

/** When it is larger it becomes the old log, and a new one is begun. */
const MAX_LOG_BYTES = 1 << 20;

export class CrashLog {
  readonly path: string;
  readonly #clock: () => Date;

  constructor(path: string, clock = () => new Date()) {
    this.path = path;
    this.#clock = clock;
  }

  /** Writes an entry; a log that cannot be written is said on standard error, and never an error itself. */
  write(what: string, detail: unknown): void {
    const entry = `${this.#clock().toISOString()} ${what}: ${inspect(detail, { depth: 4 })}\n`;
    try {
      mkdirSync(dirname(this.path), { recursive: true });
      if ((statSync(this.path, { throwIfNoEntry: false })?.size ?? 0) > MAX_LOG_BYTES) {
        renameSync(this.path, `${this.path}.old`);
      }
      appendFileSync(this.path, entry, { mode: 0o600 });
    } catch (error) {
      console.error(entry, error);
    }
  }
}
