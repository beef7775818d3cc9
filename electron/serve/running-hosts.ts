/**
 * The browser hosts of one settings folder, one file per port, so that a second start finds the first, and a host
 * that restarts on its port recognises the pages that are still open. The files contain tokens: only their owner may
 * read them. An operating system lock, which ends with its process, shows whether a host runs (docs/decisions/0122).
 */
import { randomBytes } from 'node:crypto';
import { closeSync, constants, openSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { ifPresent, writing } from '../foundation/files/file-errors.ts';
import { lockOrClose } from '../foundation/files/file-lock.ts';

/** A host that was not started for this long is forgotten, with its pages. */
const FORGOTTEN_AFTER_MS = 90 * 24 * 60 * 60 * 1000;

/**
 * How many ended hosts are remembered, for pages that may still be open; ports chosen by the system are used once.
 */
const KEPT_ENDED = 4;

const hostSchema = z.strictObject({
  version: z.literal(1),
  port: z.int().min(1).max(65_535),
  /** Address it listens on. */
  address: z.string().max(255),
  token: z.string().regex(/^[\w-]{43}$/),
  /** Process that runs or ran it. */
  pid: z.int().positive(),
});
export type KnownHost = z.infer<typeof hostSchema>;

/** A port claimed by this process among the hosts of the folder. */
export interface PortClaim {
  /** The token that pages on this port know already, or a new one. */
  readonly token: string;
  /** Releases the port; the token stays for the next start. */
  readonly release: () => void;
}

/** 256 random bits. */
export function newToken(): string {
  return randomBytes(32).toString('base64url');
}

export class RunningHosts {
  readonly #folder: string;

  /** @param settingsFolder shared by all hosts of a user */
  constructor(settingsFolder: string) {
    this.#folder = join(settingsFolder, 'browser-hosts');
  }

  /** The running hosts. @throws StudioError FOLDER_UNWRITABLE, DISK_FULL: whether one runs, its lock file shows */
  list(): Promise<KnownHost[]> {
    return writing(this.#folder, () => this.#list());
  }

  async #list(): Promise<KnownHost[]> {
    const known = await Promise.all((await this.#ports()).map((port) => this.#read(port)));
    return known.filter((host) => host !== undefined && this.#isRunning(host.port)) as KnownHost[];
  }

  /**
   * Claims a port for this process.
   *
   * @param token a new token, instead of the one that pages on this port know
   * @returns undefined when another process has it
   * @throws StudioError FOLDER_UNWRITABLE, DISK_FULL
   */
  claim(port: number, address: string, token?: string): Promise<PortClaim | undefined> {
    return writing(this.#folder, () => this.#claim(port, address, token));
  }

  async #claim(port: number, address: string, token?: string): Promise<PortClaim | undefined> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await chmod(this.#folder, 0o700);
    await this.#forgetOld(port);
    const descriptor = this.#lock(port);
    if (descriptor === undefined) return undefined;
    try {
      const kept = token ?? (await this.#read(port))?.token ?? newToken();
      await this.#write({ version: 1, port, address, token: kept, pid: process.pid });
      return { token: kept, release: () => closeSync(descriptor) };
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
  }

  async #write(host: KnownHost): Promise<void> {
    const path = this.#path(host.port);
    const temporary = `${path}.${process.pid}.tmp`;
    await rm(temporary, { force: true });
    await writeFile(temporary, `${JSON.stringify(host)}\n`, { mode: 0o600, flag: 'wx' });
    await rename(temporary, path);
  }

  /** An invalid file is ignored: the host gets a new token. */
  async #read(port: number): Promise<KnownHost | undefined> {
    const text = await ifPresent(readFile(this.#path(port), 'utf8'));
    if (text === undefined) return undefined;
    try {
      return hostSchema.parse(JSON.parse(text));
    } catch (error) {
      if (error instanceof SyntaxError || error instanceof z.ZodError) return undefined;
      throw error;
    }
  }

  async #ports(): Promise<number[]> {
    const names = (await ifPresent(readdir(this.#folder))) ?? [];
    return names.flatMap((name) => /^(\d{1,5})\.json$/.exec(name)?.slice(1).map(Number) ?? []);
  }

  /** @param claimed a port not to forget */
  async #forgetOld(claimed: number): Promise<void> {
    const ended: { port: number; startedMs: number }[] = [];
    for (const port of await this.#ports()) {
      if (port === claimed || this.#isRunning(port)) continue;
      const file = await ifPresent(stat(this.#path(port)));
      // Undefined when another start was faster.
      if (file) ended.push({ port, startedMs: file.mtimeMs });
    }
    const newestFirst = ended.toSorted((a, b) => b.startedMs - a.startedMs);
    for (const [index, { port, startedMs }] of newestFirst.entries()) {
      if (index < KEPT_ENDED && Date.now() - startedMs < FORGOTTEN_AFTER_MS) continue;
      await rm(this.#path(port), { force: true });
      await rm(this.#lockPath(port), { force: true });
    }
  }

  #isRunning(port: number): boolean {
    const descriptor = this.#lock(port);
    if (descriptor === undefined) return true;
    closeSync(descriptor);
    return false;
  }

  /** @returns the open file that holds the lock until it is closed */
  #lock(port: number): number | undefined {
    return lockOrClose(openSync(this.#lockPath(port), constants.O_RDWR | constants.O_CREAT, 0o600));
  }

  #path(port: number): string {
    return join(this.#folder, `${port}.json`);
  }

  #lockPath(port: number): string {
    return join(this.#folder, `${port}.lock`);
  }
}
