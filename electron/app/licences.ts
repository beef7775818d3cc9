/** What the program is made of, and under which licences: read from the packages as they are installed. */
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import type { LicenceNotice } from '../contract/commands/app-commands.ts';
import { packManifestSchema } from '../contract/pack-manifest.ts';
import { ifPresent } from '../foundation/files/file-errors.ts';
import { readJsonFileIfPresent } from '../foundation/files/read-json.ts';

const packageSchema = z.object({
  name: z.string(),
  version: z.string(),
  license: z.string().default('not stated'),
  dependencies: z.record(z.string(), z.string()).default({}),
  optionalDependencies: z.record(z.string(), z.string()).default({}),
});

/** Longest licence text that is shown. */
const MAX_TEXT_LENGTH = 200_000;

/**
 * The program, the packages that it runs with, and the bundled model packs.
 *
 * @param applicationFolder holds the program's own package.json
 */
export async function readLicences(
  applicationFolder: string,
  bundledPacksFolder: string,
): Promise<LicenceNotice[]> {
  const own = packageSchema.parse(
    JSON.parse(await readFile(join(applicationFolder, 'package.json'), 'utf8')),
  );
  const notices: LicenceNotice[] = [
    {
      name: 'PnP-MIX Studio',
      version: own.version,
      licence: own.license,
      text: await licenceText(applicationFolder),
    },
    ...(await packNotices(bundledPacksFolder)),
  ];
  const seen = new Set<string>();
  const waiting = Object.keys(own.dependencies).map((name) => ({ name, from: applicationFolder }));
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const folder = await findPackage(next.name, next.from);
    // Packages for other platforms are named as optional, and are not installed here.
    if (folder === undefined || seen.has(folder)) continue;
    seen.add(folder);
    const found = packageSchema.parse(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')));
    notices.push({
      name: found.name,
      version: found.version,
      licence: found.license,
      text: await licenceText(folder),
    });
    for (const name of Object.keys({ ...found.dependencies, ...found.optionalDependencies })) {
      waiting.push({ name, from: folder });
    }
  }
  const [program, ...others] = notices;
  return [program!, ...others.toSorted((a, b) => a.name.localeCompare(b.name, 'en'))];
}

/** Where Node would find a package. */
async function findPackage(name: string, from: string): Promise<string | undefined> {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if ((await ifPresent(readFile(join(candidate, 'package.json')))) !== undefined) return candidate;
    if (dirname(folder) === folder) return undefined;
  }
}

async function licenceText(folder: string): Promise<string | null> {
  const names = (await ifPresent(readdir(folder))) ?? [];
  const file = names.find((name) => /^(licen[cs]e|copying)(\.(md|txt))?$/i.test(name));
  if (file === undefined) return null;
  return (await readFile(join(folder, file), 'utf8')).slice(0, MAX_TEXT_LENGTH);
}

async function packNotices(folder: string): Promise<LicenceNotice[]> {
  const notices: LicenceNotice[] = [];
  for (const name of (await ifPresent(readdir(folder))) ?? []) {
    const path = join(folder, name, 'pack.json');
    const content = await readJsonFileIfPresent(path, `The pack manifest ${path}`, {
      missing: 'PACK_INVALID',
      invalid: 'PACK_INVALID',
    });
    if (content === undefined) continue;
    const pack = packManifestSchema.parse(content);
    const details = pack.notices && (await ifPresent(readFile(join(folder, name, pack.notices), 'utf8')));
    notices.push({
      name: `${pack.name} (model pack)`,
      version: pack.version,
      licence: pack.licence,
      text: details ? details.slice(0, MAX_TEXT_LENGTH) : null,
    });
  }
  return notices;
}
