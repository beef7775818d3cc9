/**
 * `npm run build:host`: bundles Electron's code as JavaScript: the programs of the host, the engine and the picture
 * processes in dist/host, and the preload script as one file, since a sandboxed one cannot load others.
 * `npm run check` checks the types.
 *
 * Node strips types itself, but the Node inside Electron may not, and the archive should only contain code that runs.
 */
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { isAbsolute, join, posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Plugin, rolldown } from 'rolldown';
import sharp from 'sharp';
import { commandNames } from '../electron/contract/commands.ts';
import { eventNames } from '../electron/contract/events.ts';

/** The folder of package.json. */
export const ROOT: string = fileURLToPath(new URL('..', import.meta.url));

/** Replaces the contract's tables by their names: the host validates the page's calls, not the bridge. */
const contractNames: Plugin = {
  name: 'contract-names',
  load(id) {
    if (id.endsWith('/contract/commands.ts')) {
      return `export const commandNames = ${JSON.stringify(commandNames)};`;
    }
    if (id.endsWith('/contract/events.ts')) return `export const eventNames = ${JSON.stringify(eventNames)};`;
    return null;
  },
};

/** The preload script as one CommonJS file. @returns its text */
export async function bundlePreload(): Promise<string> {
  const bundle = await rolldown({
    input: join(ROOT, 'electron', 'preload', 'preload.ts'),
    external: ['electron'],
    plugins: [contractNames],
  });
  const { output } = await bundle.generate({ format: 'cjs', codeSplitting: false });
  await bundle.close();
  const [file, ...others] = output;
  if (others.length > 0) throw new Error('the preload script must be one file');
  return file.code;
}

/** What is started as a process, below the root and without an ending; each is bundled to the same place. */
const PROGRAMS = [
  'electron/main/main',
  'electron/serve/main',
  'electron/inference/engine/engine-process',
  'electron/foundation/pictures/picture-process',
];

/** Libraries of many small files, which take longer to find and read than to run. The others stay as they are. */
const BUNDLED_LIBRARIES = /^(zod|@bufbuild\/protobuf|onnx-buf)(\/|$)/;

/** Lets modules find files by their own address, as `new URL('./file', import.meta.url)`, wherever they are bundled. */
const ownAddresses: Plugin = {
  name: 'own-addresses',
  transform(code, id) {
    if (!code.includes('import.meta') || id.includes('node_modules')) return null;
    const path = relative(ROOT, id).replaceAll(sep, '/').replace(/\.ts$/, '.js');
    if (/import\.meta(?!\.url\b)/.test(code)) throw new Error(`${path} may only ask for import.meta.url`);
    return code.replaceAll('import.meta.url', `__addressOf("${path}")`);
  },
  renderChunk(code, { fileName }) {
    return code.replaceAll(/__addressOf\("([^"]+)"\)/g, (_, path: string) => {
      const fromHere = posix.relative(posix.dirname(fileName), path);
      return `new URL("./${fromHere}", import.meta.url).href`;
    });
  },
};

/** The programs with what they share, in dist/host. */
async function bundleHost(): Promise<void> {
  const bundle = await rolldown({
    input: Object.fromEntries(PROGRAMS.map((program) => [program, join(ROOT, `${program}.ts`)])),
    platform: 'node',
    external: (id) => !/^[./]/.test(id) && !isAbsolute(id) && !BUNDLED_LIBRARIES.test(id),
    plugins: [ownAddresses],
  });
  await bundle.write({
    dir: join(ROOT, 'dist', 'host'),
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'electron/shared/[name]-[hash].js',
  });
  await bundle.close();
}

/** Icons from the drawing. */
async function drawIcons(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const drawing = join(ROOT, 'build', 'icon.svg');
  for (const [name, side] of [
    ['icon.png', 1024],
    ['icon-256.png', 256],
  ] as const) {
    // The density renders the drawing at full size instead of scaling it up.
    await sharp(drawing, { density: (72 * side) / 256 })
      .resize(side, side)
      .png()
      .toFile(join(folder, name));
  }
}

/** Builds everything for Electron except the page. */
export async function buildHost(): Promise<void> {
  const dist = join(ROOT, 'dist');
  for (const folder of ['host', 'preload', 'icons'])
    await rm(join(dist, folder), { recursive: true, force: true });
  await bundleHost();
  const texts = join('electron', 'app', 'licence-texts');
  await cp(join(ROOT, texts), join(dist, 'host', texts), { recursive: true });
  await mkdir(join(dist, 'preload'), { recursive: true });
  await writeFile(join(dist, 'preload', 'preload.cjs'), await bundlePreload());
  await drawIcons(join(dist, 'icons'));
}

if (import.meta.main) await buildHost();
