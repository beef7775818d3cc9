/** Names of a project's files. */

/** Extension of a project file. */
export const PROJECT_EXTENSION = '.pnpmix';

/** Suffix of the lock file's name. */
export const LOCK_ENDING = '-lock';

const BESIDE =
  /^(?<project>.*\.pnpmix)(?:-lock|(?<temporary>\.\d+-[0-9a-f]{8}\.tmp(?:-wal|-shm|-journal)?))$/i;

/** The temporary name of a project file while it is written. @param mark 8 hexadecimal digits */
export function temporaryName(projectPath: string, mark: string): string {
  return `${projectPath}.${process.pid}-${mark}.tmp`;
}

/** The project file that a lock file's or temporary file's name belongs to; undefined for other names. */
export function projectBeside(name: string): { project: string; isTemporary: boolean } | undefined {
  const found = BESIDE.exec(name)?.groups;
  return found && { project: found.project!, isTemporary: found.temporary !== undefined };
}
