/** Configuration of electron-builder for dist/app: AppImage and deb (if a home page is set), NSIS, dmg. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Configuration } from 'electron-builder';
import { ROOT } from './build-host.ts';

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  devDependencies: { electron: string };
};

/**
 * The program's home page, for the packages that must name one: PNPMIX_HOMEPAGE, set by the publisher
 * (docs/decisions/0061).
 *
 * @throws Error when it is not a web address
 */
export function homepageOf(environment: NodeJS.ProcessEnv): string | undefined {
  return addressIn(environment, 'PNPMIX_HOMEPAGE');
}

/**
 * Where the packaged program may look for updates: PNPMIX_UPDATES, set by the publisher. Without it, there are none
 * (docs/decisions/0219).
 *
 * @throws Error when it is not a web address
 */
export function updatesOf(environment: NodeJS.ProcessEnv): NonNullable<Configuration['publish']> | null {
  const url = addressIn(environment, 'PNPMIX_UPDATES');
  return url === undefined ? null : { provider: 'generic', url };
}

function addressIn(environment: NodeJS.ProcessEnv, name: string): string | undefined {
  const given = environment[name];
  if (!given) return undefined;
  const { protocol, href } = URL.parse(given) ?? {};
  if (href === undefined || protocol !== 'https:') {
    throw new Error(`${name} must begin with https://, not ${given}.`);
  }
  return href;
}

/** A deb must name a home page, and electron-builder makes none without it; an AppImage needs none. */
export function linuxTargets(homepage: string | undefined): string[] {
  return homepage === undefined ? ['AppImage'] : ['AppImage', 'deb'];
}

/** Files that native code reads are next to the archive, which it cannot open. */
const UNPACKED = [
  'native-models/packs/**',
  'node_modules/onnxruntime-node/**',
  'node_modules/better-sqlite3/**',
  'node_modules/fs-native-extensions/**',
  'node_modules/sharp/**',
  'node_modules/@img/**',
];

export const builderConfig: Configuration = {
  appId: 'studio.pnpmix.desktop',
  productName: 'PnP-MIX Studio',
  electronVersion: manifest.devDependencies.electron,
  directories: { app: 'dist/app', output: 'dist/packages', buildResources: 'build' },
  files: ['**/*'],
  asar: true,
  asarUnpack: UNPACKED,
  // Every native library ships binaries that do not depend on Electron's version (Node-API).
  npmRebuild: false,
  publish: updatesOf(process.env),
  // biome-ignore lint/suspicious/noTemplateCurlyInString: electron-builder fills it in
  artifactName: '${name}-${version}-${os}-${arch}.${ext}',
  electronFuses: {
    runAsNode: false,
    enableCookieEncryption: true,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    loadBrowserProcessSpecificV8Snapshot: false,
    grantFileProtocolExtraPrivileges: false,
  },
  fileAssociations: [
    {
      ext: 'pnpmix',
      name: 'PnP-MIX project',
      description: 'A PnP-MIX Studio project',
      mimeType: 'application/x-pnpmix',
      role: 'Editor',
    },
  ],
  linux: {
    target: linuxTargets(homepageOf(process.env)),
    category: 'Graphics',
    icon: 'dist/icons/icon.png',
    maintainer: 'PnP-MIX Studio',
    synopsis: 'Put several of your own things into one generated scene',
  },
  win: { target: ['nsis'], icon: 'dist/icons/icon.png' },
  nsis: {
    oneClick: false,
    perMachine: false,
    allowToChangeInstallationDirectory: true,
    // Projects and models belong to the user: they stay when the program is uninstalled.
    deleteAppDataOnUninstall: false,
  },
  mac: {
    target: ['dmg'],
    icon: 'dist/icons/icon.png',
    category: 'public.app-category.graphics-design',
    hardenedRuntime: true,
  },
};
