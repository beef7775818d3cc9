/**
 * Stages the program in dist/app: the compiled host, the page, the bundled packs, and the runtime libraries, each
 * without files for other platforms or for building it. electron-builder packs this folder unchanged.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { buildHost, ROOT } from './build-host.ts';
import { homepageOf } from './builder-config.ts';

export interface StageTarget {
  readonly platform: NodeJS.Platform;
  readonly arch: string;
}

/** Size of a part of the program. */
export interface StagedPart {
  readonly part: string;
  readonly bytes: number;
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

export const STAGED = join(ROOT, 'dist', 'app');

/** Folders of binaries, with a subfolder per platform and processor, in either naming scheme. */
const PLATFORM_FOLDERS = [
  'onnxruntime-node/bin/napi-v6',
  'better-sqlite3/prebuilds',
  'fs-native-extensions/prebuilds',
];

/** Files of a library for building it and for developers. */
const NOT_RUN = [
  /^better-sqlite3\/(deps|src|binding\.gyp)(\/|$)/,
  /^fs-native-extensions\/(include|src|CMakeLists\.txt|binding\.c)(\/|$)/,
  /^node-addon-api(\/|$)/,
  /^(@types|\.bin|\.cache|\.vite)(\/|$)/,
  /\.(d\.[cm]?ts|map|tsbuildinfo)$/,
];

/**
 * Whether a file of a library is packaged.
 *
 * @param path below node_modules, with forward slashes
 */
export function isPackaged(path: string, { platform, arch }: StageTarget): boolean {
  if (NOT_RUN.some((pattern) => pattern.test(path))) return false;
  const folder = PLATFORM_FOLDERS.find((candidate) => path.startsWith(`${candidate}/`));
  if (folder === undefined) return true;
  // linux/x64/..., linux-x64/... or linux-x64.node
  const [first, second] = path.slice(folder.length + 1).split('/');
  if (first === platform) return second === undefined || second === arch;
  return first === `${platform}-${arch}` || first === `${platform}-${arch}.node`;
}

/** Stages the program for a platform. Libraries with binaries (sharp) must be those of this machine. */
export async function stageApp(target: StageTarget, rendererFolder: string): Promise<StagedPart[]> {
  if (!existsSync(join(rendererFolder, 'index.html'))) {
    throw new Error(`The page is not built: ${rendererFolder} has no index.html (npm run build:renderer).`);
  }
  await buildHost();
  await rm(STAGED, { recursive: true, force: true });
  await mkdir(STAGED, { recursive: true });
  cpSync(join(ROOT, 'dist', 'host'), STAGED, { recursive: true });
  cpSync(rendererFolder, join(STAGED, 'dist', 'renderer'), {
    recursive: true,
    filter: (source) => !source.endsWith('.map'),
  });
  for (const folder of ['preload', 'icons']) {
    cpSync(join(ROOT, 'dist', folder), join(STAGED, 'dist', folder), { recursive: true });
  }
  cpSync(join(ROOT, 'native-models', 'packs'), join(STAGED, 'native-models', 'packs'), { recursive: true });
  cpSync(join(ROOT, 'LICENSE'), join(STAGED, 'LICENSE'));
  await stageLibraries(target);
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest;
  const { name, version, description, license, dependencies } = manifest;
  const homepage = homepageOf(process.env);
  const staged = {
    name,
    productName: 'PnP-MIX Studio',
    version,
    description,
    author: 'PnP-MIX Studio contributors',
    ...(homepage !== undefined && { homepage }),
    license,
    private: true,
    type: 'module',
    main: 'electron/main/main.js',
    dependencies,
  };
  await writeFile(join(STAGED, 'package.json'), `${JSON.stringify(staged, null, 2)}\n`);
  return measure();
}

/** Copies the program's runtime libraries and their dependencies. */
async function stageLibraries(target: StageTarget): Promise<void> {
  const { stdout, error } = spawnSync('npm', ['ls', '--omit=dev', '--all', '--parseable'], {
    cwd: ROOT,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (error) throw error;
  const modules = join(ROOT, 'node_modules');
  const folders = stdout
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith(modules + sep));
  if (folders.length === 0) throw new Error('npm listed no libraries.');
  for (const folder of folders) {
    cpSync(folder, join(STAGED, 'node_modules', relative(modules, folder)), {
      recursive: true,
      // npm's list includes a library's dependencies.
      filter: (source) =>
        isPackaged(relative(modules, source).replaceAll(sep, '/'), target) ||
        isAbovePlatform(relative(modules, source).replaceAll(sep, '/')),
    });
  }
}

/** Walk into the folders above and directly below the platforms' to find the right one. */
function isAbovePlatform(path: string): boolean {
  return PLATFORM_FOLDERS.some((folder) => folder === path || folder.startsWith(`${path}/`));
}

/** The sizes of the parts, largest first. */
async function measure(): Promise<StagedPart[]> {
  const parts: StagedPart[] = [];
  const add = async (folder: string) => {
    for (const entry of await readdir(join(STAGED, folder), { withFileTypes: true })) {
      const part = folder === '' ? entry.name : `${folder}/${entry.name}`;
      const isSplit = part === 'node_modules' || part === 'native-models' || /\/(packs|@[^/]+)$/.test(part);
      if (isSplit) await add(part);
      else parts.push({ part, bytes: await bytesOf(join(STAGED, part)) });
    }
  };
  await add('');
  return parts.sort((a, b) => b.bytes - a.bytes);
}

async function bytesOf(path: string): Promise<number> {
  const status = await stat(path);
  if (!status.isDirectory()) return status.size;
  let bytes = 0;
  for (const name of await readdir(path)) bytes += await bytesOf(join(path, name));
  return bytes;
}
