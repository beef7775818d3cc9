/** Identifies the file behind a path: an open project stays with its file, even when the file is moved. */
import { statSync } from 'node:fs';

interface DeviceAndInode {
  readonly dev: bigint;
  readonly ino: bigint;
}

export class FileIdentity {
  readonly #path: string;
  readonly #file: DeviceAndInode;

  private constructor(path: string, file: DeviceAndInode) {
    this.#path = path;
    this.#file = file;
  }

  /** @param path of a file that is there */
  static of(path: string): FileIdentity {
    return new FileIdentity(path, statSync(path, { bigint: true }));
  }

  /**
   * Whether the path still names the file. File systems that number no files (0: FAT, some network disks) can only
   * be asked whether a file is there at all.
   */
  isInPlace(): boolean {
    const found = statSync(this.#path, { bigint: true, throwIfNoEntry: false });
    if (found === undefined) return false;
    if (found.ino === 0n || this.#file.ino === 0n) return true;
    return found.ino === this.#file.ino && found.dev === this.#file.dev;
  }
}
