/** Names of a project's files. */

/** Ending of a project file's name. */
export const PROJECT_EXTENSION = '.pnpmix';

/** What follows a project's name in the name of its lock file. */
export const LOCK_ENDING = '-lock';

const BESIDE =
  /^(?<project>.*\.pnpmix)(?:-lock|(?<temporary>\.\d+-[0-9a-f]{8}\.tmp(?:-wal|-shm|-journal)?))$/i;

/** The name of a project's file that is being written, before it has its own. @param mark 8 hexadecimal digits */
export function temporaryName(projectPath: string, mark: string): string {
  return `${projectPath}.${process.pid}-${mark}.tmp`;
}

/** Whose lock file or temporary file a name is; undefined for a name that is neither. */
export function projectBeside(name: string): { project: string; isTemporary: boolean } | undefined {
  const found = BESIDE.exec(name)?.groups;
  return found && { project: found.project!, isTemporary: found.temporary !== undefined };
}
