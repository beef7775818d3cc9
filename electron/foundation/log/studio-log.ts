/**
 * The program's log: one line of JSON per event, kept on this machine. Nothing is ever sent anywhere, and it holds
 * none of the user's content (docs/decisions/0137).
 */
import { appendFileSync, mkdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Logger, pino } from 'pino';
import { describeFault, withoutQuotes } from './fault-facts.ts';

/** A larger file is rotated: it becomes studio.1.log, that one studio.2.log, and so on. */
const MAX_FILE_BYTES = 1 << 20;
/** Rotated files kept next to the current one. */
const OLD_FILES = 3;
/** Longest text in an entry, in characters. */
const MAX_TEXT_LENGTH = 4000;

/** The fields of an entry besides its event: numbers and short words, never documents, requests or pictures. */
export type LogFacts = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** A host's log, in `logs` of the settings folder. */
export function studioLog(folders: { readonly settings: string }): StudioLog {
  return new StudioLog(join(folders.settings, 'logs'));
}

export interface StudioLogOptions {
  readonly clock?: () => Date;
  readonly maxFileBytes?: number;
}

export class StudioLog {
  /** The current file. */
  readonly path: string;
  readonly #folder: string;
  readonly #maxFileBytes: number;
  readonly #logger: Logger;

  /** @param folder made when the first entry is written */
  constructor(
    folder: string,
    { clock = () => new Date(), maxFileBytes = MAX_FILE_BYTES }: StudioLogOptions = {},
  ) {
    this.#folder = folder;
    this.path = join(folder, 'studio.log');
    this.#maxFileBytes = maxFileBytes;
    this.#logger = pino(
      {
        base: { pid: process.pid },
        timestamp: () => `,"time":"${clock().toISOString()}"`,
        formatters: { level: (level) => ({ level }) },
      },
      // Written before the call returns: the entry about a process's end is the one that matters most.
      { write: (line: string) => this.#append(line) },
    );
  }

  /** An expected event. */
  info(event: string, facts: LogFacts = {}): void {
    this.#logger.info({ event, ...shortened(facts) });
  }

  /** A failure outside the program: an engine crashed, memory ran out, a file could not be written. */
  warn(event: string, facts: LogFacts = {}): void {
    this.#logger.warn({ event, ...shortened(facts) });
  }

  /**
   * A fault of the program itself.
   *
   * @param error anything thrown; its message is logged without its quotations
   * @param where the operation that failed
   */
  fault(error: unknown, where: string): void {
    this.#logger.error({ event: 'fault', where: withoutQuotes(where), ...shortened(describeFault(error)) });
  }

  /** The newest entries, oldest first, as lines of JSON. */
  lastLines(count: number): string[] {
    const lines: string[] = [];
    for (let index = 0; index <= OLD_FILES && lines.length < count; index++) {
      lines.unshift(...linesOf(this.#file(index)));
    }
    return lines.slice(-count);
  }

  /** A log that cannot be written is reported on standard error, and is never an error itself. */
  #append(line: string): void {
    try {
      mkdirSync(this.#folder, { recursive: true });
      if ((statSync(this.path, { throwIfNoEntry: false })?.size ?? 0) >= this.#maxFileBytes) this.#turnOver();
      appendFileSync(this.path, line, { mode: 0o600 });
    } catch (error) {
      console.error(line, error);
    }
  }

  #turnOver(): void {
    for (let index = OLD_FILES - 1; index >= 0; index--) {
      const file = this.#file(index);
      if (statSync(file, { throwIfNoEntry: false })) renameSync(file, this.#file(index + 1));
    }
  }

  #file(index: number): string {
    return index === 0 ? this.path : join(this.#folder, `studio.${index}.log`);
  }
}

function linesOf(path: string): string[] {
  if (!statSync(path, { throwIfNoEntry: false })) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
}

function shortened(facts: LogFacts): LogFacts {
  return Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [
      name,
      typeof value === 'string' ? value.slice(0, MAX_TEXT_LENGTH) : value,
    ]),
  );
}
