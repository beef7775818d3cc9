/** How electron-builder packs dist/app: AppImage and deb (where there is a home page to name), NSIS, dmg. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Configuration } from 'electron-builder';
import { ROOT } from './build-host.ts';

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  devDependencies: { electron: string };
};

/**
 * Where the program is to be found, for the packages that must name such a place: PNPMIX_HOMEPAGE, given by the one who
 * publishes it (docs/decisions/0061).
 *
 * @throws Error when it is no address of the web
 */
export function homepageOf(environment: NodeJS.ProcessEnv): string | undefined {
  const given = environment.PNPMIX_HOMEPAGE;
  if (!given) return undefined;
  const { protocol, href } = URL.parse(given) ?? {};
  if (href === undefined || protocol !== 'https:') {
    throw new Error(`PNPMIX_HOMEPAGE must begin with https://, not ${given}.`);
  }
  return href;
}

/** A deb names a home page, and electron-builder makes none without; an AppImage does not ask. */
export function linuxTargets(homepage: string | undefined): string[] {
  return homepage === undefined ? ['AppImage'] : ['AppImage', 'deb'];
}

/** What native code reads is next to the archive: it does not know archives. */
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
  // Every native library comes with binaries that do not depend on Electron's version (Node-API).
  npmRebuild: false,
  publish: null,
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
    // Projects and models are the user's: they stay when the program goes.
    deleteAppDataOnUninstall: false,
  },
  mac: {
    target: ['dmg'],
    icon: 'dist/icons/icon.png',
    category: 'public.app-category.graphics-design',
    hardenedRuntime: true,
  },
};
