/** Downloads to full disks, their progress, and misbehaving servers and networks. */
import { type FileHandle, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StoreProgress } from '../../../electron/models/store-progress.ts';
import {
  chunked,
  dropAfter,
  endless,
  type Fault,
  honest,
  ignoreRange,
  ModelServer,
  modelBytes,
  shorter,
  status,
  wrongByte,
  wrongBytesInRange,
  wrongContentRange,
} from './model-server.ts';
import { accept, BODY, httpSource, oneFile, PATH } from './one-file.ts';
import {
  bytesAt,
  catalogOf,
  filesBelow,
  known,
  offlineEnvironment,
  storeOf,
  temporaryFolder,
  testEnvironment,
  withCode,
} from './store-fixture.ts';

describe('full and unwritable disks', () => {
  it('are detected before anything is downloaded', async () => {
    const { server, folder, catalog } = await oneFile();
    const environment = { ...testEnvironment, freeBytes: async () => 64 * 1024 * 1024 + BODY.length - 1 };
    await expect(storeOf(folder, catalog, { environment }).pull('test', accept)).rejects.toThrow(
      withCode('DISK_FULL', '300000 bytes'),
    );
    expect(server.requests).toEqual([]);
  });

  it('keep what was downloaded if they fill up halfway', async () => {
    const { server, folder, catalog, finalPath } = await oneFile();
    const environment = { ...testEnvironment, openFile: fullAfter(120_000) };
    await expect(storeOf(folder, catalog, { environment }).pull('test', accept)).rejects.toThrow(
      withCode('DISK_FULL', 'The disk is full'),
    );
    expect(await filesBelow(folder)).toEqual([
      'test/part/weights.bin.part',
      'test/part/weights.bin.part.json',
    ]);
    const { length } = await bytesAt(`${finalPath}.part`);
    expect(length).toBeGreaterThan(100_000);
    await storeOf(folder, catalog).pull('test');
    expect(await readFile(finalPath)).toEqual(BODY);
    expect(server.gets(PATH)[1]!.range).toBe(`bytes=${length}-`);
  });

  it.each([
    ['EROFS', 'FOLDER_UNWRITABLE'],
    ['EACCES', 'FOLDER_UNWRITABLE'],
    ['EFBIG', 'FOLDER_UNWRITABLE'],
    ['EDQUOT', 'DISK_FULL'],
  ] as const)('are named for what they are: %s', async (errno, code) => {
    const { folder, catalog } = await oneFile();
    const environment = {
      ...testEnvironment,
      openFile: () => Promise.reject(Object.assign(new Error(errno), { code: errno })),
    };
    await expect(storeOf(folder, catalog, { environment }).pull('test', accept)).rejects.toThrow(
      withCode(code),
    );
  });

  it('a file in place of a folder is an error, not a crash', async () => {
    const { folder, catalog, server } = await oneFile();
    await writeFile(join(folder, 'test'), 'in the way');
    await expect(storeOf(folder, catalog).pull('test', accept)).rejects.toThrow(
      withCode('FOLDER_UNWRITABLE'),
    );
    expect(server.gets(PATH)).toEqual([]);
  });
});

/** Opens files that accept a limited number of bytes in total. */
function fullAfter(bytes: number) {
  let left = bytes;
  return async (path: string, flags: number): Promise<FileHandle> => {
    const handle = await open(path, flags);
    const write = handle.write.bind(handle) as (...args: unknown[]) => Promise<{ bytesWritten: number }>;
    Object.assign(handle, {
      write: async (chunk: Uint8Array, offset: number, length: number, position: number) => {
        if (left === 0) throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
        const taken = Math.min(length, left);
        left -= taken;
        return write(chunk, offset, taken, position);
      },
    });
    return handle;
  };
}

describe('progress', () => {
  it('only increases, and ends at the total', async () => {
    const { server, store, finalPath } = await oneFile();
    server.misbehave(PATH, dropAfter(100_000, `${finalPath}.part`));
    const seen: StoreProgress[] = [];
    await store.pull('test', { ...accept, onProgress: (progress) => seen.push(progress) });
    const bytes = seen.filter(({ stage }) => stage === 'download').map(({ bytesDone }) => bytesDone);
    expect(bytes).toEqual(bytes.toSorted((a, b) => a - b));
    expect(seen.at(-1)).toMatchObject({
      stage: 'download',
      packId: 'test',
      file: 'part/weights.bin',
      fileNumber: 1,
      fileCount: 1,
      bytesDone: BODY.length,
      bytesTotal: BODY.length,
    });
  });
});

describe('any misbehaviour of a server', () => {
  const faults: fc.Arbitrary<Fault> = fc.oneof(
    fc.constantFrom<Fault>(
      honest,
      ignoreRange,
      wrongContentRange,
      wrongBytesInRange,
      wrongByte,
      shorter,
      endless,
      chunked,
      status(500),
      status(416),
      status(404),
    ),
    fc.integer({ min: 0, max: 60_000 }).map(dropAfter),
  );

  it('leaves the final file right or missing, and an honest server completes it', async () => {
    const body = modelBytes(60_000);
    await fc.assert(
      fc.asyncProperty(fc.array(faults, { maxLength: 8 }), async (sequence) => {
        const server = await ModelServer.start();
        const folder = await temporaryFolder();
        try {
          server.files.set(PATH, { body, etag: '"v1"' });
          server.misbehave(PATH, ...sequence);
          const catalog = catalogOf({ sources: [httpSource(server)], files: [known('weights.bin', body)] });
          const environment = { ...testEnvironment, sleep: async () => undefined };
          for (let run = 0; run < sequence.length + 1; run++) {
            const outcome = await storeOf(folder, catalog, { environment })
              .pull('test', accept)
              .catch((error: { code: string }) => error.code);
            const files = await filesBelow(folder);
            if (files.includes('test/part/weights.bin')) {
              expect(await bytesAt(folder, 'test/part/weights.bin')).toEqual(body);
              expect(outcome).not.toBeTypeOf('string');
            } else {
              expect(['DOWNLOAD_FAILED', 'DOWNLOAD_MISMATCH']).toContain(outcome);
            }
          }
          expect(await filesBelow(folder)).toEqual(['test/part/weights.bin']);
        } finally {
          await server.stop();
        }
      }),
      { numRuns: 25 },
    );
  });
});

describe('the network', () => {
  it('is not used before a licence is accepted, or by anything but a download', async () => {
    const { folder, catalog, server } = await oneFile();
    await expect(storeOf(folder, catalog).pull('test')).rejects.toThrow(
      withCode('LICENCE_NOT_ACCEPTED', 'https://example.org/licence'),
    );
    expect(server.requests).toEqual([]);
    expect(await filesBelow(folder)).toEqual([]);

    await storeOf(folder, catalog).pull('test', accept);
    const offline = storeOf(folder, catalog, { environment: offlineEnvironment });
    expect(await offline.licencesToAccept('test')).toEqual([]);
    expect((await offline.list())[0]!.components[0]).toMatchObject({
      state: 'installed',
      installedBytes: BODY.length,
    });
    expect((await offline.verify('test')).map(({ state }) => state)).toEqual(['ok']);
    // Nothing is missing and everything is known: even a pull has nothing to request.
    expect(await offline.pull('test')).toMatchObject({ downloadedFiles: 0, keptFiles: 1 });
    expect(await offline.remove('test')).toMatchObject({ removedFiles: 1, freedBytes: BODY.length });
  });
});
