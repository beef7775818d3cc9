/**
 * `npm run build:host`: compiles Electron's code to JavaScript: the host and the engine in dist/host, file by file as
 * in electron/, and the preload script as one file, since a sandboxed one cannot load others.
 *
 * Node strips types itself, but the Node inside Electron may not, and the archive should only contain code that runs.
 */
import { spawnSync } from 'node:child_process';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
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

/** Host and engine as JavaScript in dist/host. */
function compileHost(): void {
  const { status, error } = spawnSync('tsc', ['-p', join(ROOT, 'build', 'tsconfig.host.json')], {
    stdio: 'inherit',
    cwd: ROOT,
    shell: process.platform === 'win32',
  });
  if (error) throw error;
  if (status !== 0) throw new Error('the host does not compile');
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
  compileHost();
  const texts = join('electron', 'app', 'licence-texts');
  await cp(join(ROOT, texts), join(dist, 'host', texts), { recursive: true });
  await mkdir(join(dist, 'preload'), { recursive: true });
  await writeFile(join(dist, 'preload', 'preload.cjs'), await bundlePreload());
  await drawIcons(join(dist, 'icons'));
}

if (import.meta.main) await buildHost();
