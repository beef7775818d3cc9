/** Disks without file locking, such as some network disks: errors have a code, and no file stays open. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { withFileLock, withFileLockSync } from '../../../../electron/foundation/files/file-lock.ts';
import { withPackLock } from '../../../../electron/models/pack-lock.ts';
import { ProjectFile } from '../../../../electron/projects/project-file.ts';
import { RunningHosts } from '../../../../electron/serve/running-hosts.ts';
import { temporaryFolder, withCode } from '../../projects/project-fixture.ts';

const locks = vi.hoisted(() => ({ there: false }));
vi.mock('fs-native-extensions', () => ({
  tryLock: () => {
    if (locks.there) return true;
    throw Object.assign(new Error('no locks available'), { code: 'ENOLCK' });
  },
}));

/** File descriptors of this process; only Linux lists them. */
const openFiles = () => (process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0);

it('a project there can be opened read-only', async () => {
  const path = join(await temporaryFolder(), 'scene.pnpmix');
  locks.there = true;
  ProjectFile.create(path).close();
  locks.there = false;
  const before = openFiles();
  expect(() => ProjectFile.open(path)).toThrow(withCode('PROJECT_UNWRITABLE', 'opened read-only'));
  expect(openFiles()).toBe(before);
  const project = ProjectFile.open(path, { readOnly: true });
  expect(project.isReadOnly).toBe(true);
  project.close();
});

it('settings, packs and hosts there name the folder', async () => {
  const folder = await temporaryFolder();
  const unwritable = (name: string) => withCode('FOLDER_UNWRITABLE', `${join(folder, name)}`);
  const before = openFiles();
  await expect(withFileLock(join(folder, 'settings.json'), async () => {})).rejects.toEqual(
    unwritable('settings.json'),
  );
  expect(() => withFileLockSync(join(folder, 'recent.json'), () => {})).toThrow(unwritable('recent.json'));
  await expect(withPackLock(folder, 'sd21', async () => {})).rejects.toEqual(unwritable(''));
  await expect(new RunningHosts(join(folder, 'hosts')).claim(4000, '127.0.0.1')).rejects.toEqual(
    unwritable('hosts'),
  );
  expect(openFiles()).toBe(before);
});
