/** Identifies the file at a path: an open project stays with its file, even when the file is moved. */
import { statSync } from 'node:fs';

interface FileFacts {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly birthtimeNs: bigint;
}

export class FileIdentity {
  readonly #path: string;
  readonly #file: FileFacts;

  private constructor(path: string, file: FileFacts) {
    this.#path = path;
    this.#file = file;
  }

  /** @param path of an existing file */
  static of(path: string): FileIdentity {
    return new FileIdentity(path, statSync(path, { bigint: true }));
  }

  /**
   * Distinguishes the file from all others, also from one that is given its number after it is gone; empty where the
   * file system has no numbers or no times of creation.
   */
  get mark(): string {
    const { dev, ino, birthtimeNs } = this.#file;
    return ino === 0n || birthtimeNs === 0n ? '' : `${dev} ${ino} ${birthtimeNs}`;
  }

  /**
   * Whether the path still names the file. On file systems without file numbers (0: FAT, some network disks) only the
   * existence of some file can be checked.
   */
  isInPlace(): boolean {
    const found = statSync(this.#path, { bigint: true, throwIfNoEntry: false });
    if (found === undefined) return false;
    if (found.ino === 0n || this.#file.ino === 0n) return true;
    return found.ino === this.#file.ino && found.dev === this.#file.dev;
  }
}
