/**
 * Third-party licences: of the host's packages as installed, and of the page's packages as listed by Vite in the
 * build. Texts that a package lacks are in licence-texts.
 */
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import type { LicenceNotice } from '../contract/commands/app-commands.ts';
import { ifPresent } from '../foundation/files/file-errors.ts';
import { readPackManifest } from '../foundation/files/pack-manifest.ts';

const packageSchema = z.object({
  name: z.string(),
  version: z.string(),
  license: z.string().default('not stated'),
  dependencies: z.record(z.string(), z.string()).default({}),
  optionalDependencies: z.record(z.string(), z.string()).default({}),
});

/** Vite's list (build.license in build/vite.renderer.ts). */
const pagePackagesSchema = z.array(
  z.object({
    name: z.string(),
    version: z.string(),
    identifier: z.string().default('not stated'),
    text: z.string().optional(),
  }),
);

/**
 * By a package's name, which may end in *: texts in licence-texts, or in the package's own folder if they begin with
 * ./
 */
const addedTextsSchema = z.record(z.string(), z.array(z.string()).min(1));

const textsFolder = fileURLToPath(new URL('licence-texts', import.meta.url));

/** Longest licence text of a model pack to show. */
const MAX_TEXT_LENGTH = 200_000;

/**
 * The program, the packages of host and page, and the bundled model packs.
 *
 * @param applicationFolder contains the program's own package.json
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
      text: await ownText(applicationFolder),
    },
    ...(await packNotices(bundledPacksFolder)),
  ];
  const added = addedTextsSchema.parse(
    JSON.parse(await readFile(join(textsFolder, 'packages.json'), 'utf8')),
  );
  const seen = new Set<string>();
  const waiting = Object.keys(own.dependencies).map((name) => ({ name, from: applicationFolder }));
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const folder = await findPackage(next.name, next.from);
    // Packages for other platforms are listed as optional and not installed here.
    if (folder === undefined || seen.has(folder)) continue;
    seen.add(folder);
    const found = packageSchema.parse(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')));
    notices.push({
      name: found.name,
      version: found.version,
      licence: found.license,
      text: joined(await ownText(folder), await addedText(added, found.name, folder)),
    });
    for (const name of Object.keys({ ...found.dependencies, ...found.optionalDependencies })) {
      waiting.push({ name, from: folder });
    }
  }
  const ofHost = new Set(notices.map(({ name, version }) => `${name}@${version}`));
  for (const { name, version, identifier, text } of await pagePackages(applicationFolder)) {
    if (ofHost.has(`${name}@${version}`)) continue;
    const more = await addedText(added, name, undefined);
    notices.push({ name, version, licence: identifier, text: joined(text ?? null, more) });
  }
  const [program, ...others] = notices;
  return [program!, ...others.toSorted((a, b) => a.name.localeCompare(b.name, 'en'))];
}

/** The folder where Node resolves a package. */
async function findPackage(name: string, from: string): Promise<string | undefined> {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if ((await ifPresent(readFile(join(candidate, 'package.json')))) !== undefined) return candidate;
    if (dirname(folder) === folder) return undefined;
  }
}

/** The page's packages; none if it was not built. */
async function pagePackages(applicationFolder: string): Promise<z.infer<typeof pagePackagesSchema>> {
  const path = join(applicationFolder, 'dist', 'renderer', 'licences.json');
  const text = await ifPresent(readFile(path, 'utf8'));
  return text === undefined ? [] : pagePackagesSchema.parse(JSON.parse(text));
}

/** Every licence, notice and copying file of a package. */
async function ownText(folder: string): Promise<string | null> {
  const names = ((await ifPresent(readdir(folder))) ?? []).filter((name) =>
    /^(licen[cs]e|copying|notice|third-?party-?notices)([-_][\w.-]+)?(\.(md|txt))?$/i.test(name),
  );
  const texts = await Promise.all(names.toSorted().map((name) => readFile(join(folder, name), 'utf8')));
  return joined(...texts);
}

/** @param folder of the package; undefined if only its built code is here */
async function addedText(
  added: z.infer<typeof addedTextsSchema>,
  name: string,
  folder: string | undefined,
): Promise<string | null> {
  const found = Object.entries(added).find(([pattern]) =>
    pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern,
  );
  const paths = (found?.[1] ?? []).map((path) => join(path.startsWith('./') ? folder! : textsFolder, path));
  return joined(...(await Promise.all(paths.map((path) => readFile(path, 'utf8')))));
}

function joined(...texts: readonly (string | null)[]): string | null {
  const present = texts.filter((text) => text !== null);
  return present.length === 0 ? null : present.map((text) => text.trim()).join('\n\n---\n\n');
}

async function packNotices(folder: string): Promise<LicenceNotice[]> {
  const notices: LicenceNotice[] = [];
  for (const name of (await ifPresent(readdir(folder))) ?? []) {
    const pack = await readPackManifest(join(folder, name));
    if (pack === undefined && name === 'clip-vocabulary') {
      const text = await readFile(join(folder, name, 'NOTICES.md'), 'utf8');
      notices.push({ name: 'CLIP (vocabulary)', version: '1.0', licence: 'MIT', text });
    }
    if (pack === undefined) continue;
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
