/** A separate models folder for every test, short catalogues, and a store with short timeouts. */
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import type { ErrorCode } from '../../../electron/contract/errors.ts';
import { type PackCatalog, packCatalogSchema } from '../../../electron/contract/pack-catalog.ts';
import type { DownloadPatience } from '../../../electron/models/download-patience.ts';
import {
  createModelStore,
  type ModelStore,
  type ModelStoreOptions,
} from '../../../electron/models/model-store.ts';
import { type StoreEnvironment, systemEnvironment } from '../../../electron/models/store-environment.ts';
import { ModelServer, sha256 } from './model-server.ts';

export const LICENCE = 'test-licence';

export const QUICK: DownloadPatience = {
  // Long enough that a busy machine is not mistaken for a silent server.
  stallTimeoutMs: 2000,
  slowWindowMs: 60_000,
  minBytesPerSecond: 1,
  maxRetries: 4,
  firstBackoffMs: 1,
  maxBackoffMs: 4,
};

/** A deterministic environment. */
export const testEnvironment: StoreEnvironment = { ...systemEnvironment, random: () => 0 };

/** An environment in which any use of the network fails the test. */
export const offlineEnvironment: StoreEnvironment = {
  ...testEnvironment,
  fetch: () => {
    throw new Error('the network was used');
  },
};

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'model-store-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export async function startServer(): Promise<ModelServer> {
  const server = await ModelServer.start();
  onTestFinished(() => server.stop());
  return server;
}

export interface DescribedFile {
  readonly path: string;
  readonly remotePath?: string;
  readonly bytes?: number | null;
  readonly sha256?: string | null;
  readonly optional?: boolean;
}

export interface DescribedComponent {
  readonly id?: string;
  readonly optional?: boolean;
  readonly sources: readonly object[];
  readonly files: readonly DescribedFile[];
  readonly classNames?: Record<string, string[]>;
  readonly manifest?: object;
}

/** A catalogue with one pack, `test`; omitted sizes and hashes are unknown. */
export function catalogOf(...components: DescribedComponent[]): PackCatalog {
  return packCatalogSchema.parse({
    version: 1,
    id: 'test',
    name: 'Test pack',
    description: 'A pack for tests.',
    licences: [
      { id: LICENCE, name: 'Test licence', url: 'https://example.org/licence', summary: 'For tests only.' },
    ],
    components: components.map(({ files, id = 'part', ...component }) => ({
      id,
      name: 'A part',
      purpose: 'Testing.',
      licence: LICENCE,
      ...component,
      files: files.map((file) => ({ bytes: null, sha256: null, ...file })),
    })),
  });
}

/** The catalogue entry for known bytes. */
export function known(path: string, body: Buffer): DescribedFile {
  return { path, bytes: body.length, sha256: sha256(body) };
}

export function storeOf(
  modelsFolder: string,
  catalog: PackCatalog,
  options: Partial<ModelStoreOptions> = {},
): ModelStore {
  return createModelStore({
    modelsFolder,
    catalogs: [catalog],
    environment: testEnvironment,
    patience: QUICK,
    ...options,
  });
}

/** Every file in a folder, sorted, with forward slashes; without the store's own records and locks. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .filter((path) => !path.startsWith('.locks/') && !path.endsWith('installed.json'))
    .sort();
}

export async function bytesAt(...path: string[]): Promise<Buffer> {
  return readFile(join(...path));
}

export async function isThere(...path: string[]): Promise<boolean> {
  return stat(join(...path)).then(
    () => true,
    () => false,
  );
}

/** Matches an error with a code, for `expect(...).rejects.toThrow`. */
export function withCode(code: ErrorCode, message = ''): unknown {
  return expect.objectContaining({ code, message: expect.stringContaining(message) });
}
