/** The command line of the store: output and exit codes. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, stat, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { formatBytes, formatDuration, formatProgress } from '../../../electron/cli/models/models-output.ts';
import { confirmIn, type ModelsSurroundings } from '../../../electron/cli/models/surroundings.ts';
import { modelsCommands } from '../../../electron/cli/models.ts';
import { runCommandLine } from '../../../electron/foundation/command-line/run-command-line.ts';
import { stallAfter } from './model-server.ts';
import {
  filesBelow,
  LICENCE,
  offlineEnvironment,
  startServer,
  temporaryFolder,
  testEnvironment,
} from './store-fixture.ts';
import { A, B, twoPartPack } from './two-part-pack.ts';

/** Changes that a test makes to the machine and the process. */
interface Changed extends Partial<ModelsSurroundings> {
  readonly isTerminal?: boolean;
  readonly signal?: AbortSignal;
  readonly err?: (text: string) => void;
}

/** Runs the command as if in a process of its own. */
async function command() {
  const { server, catalog, folder } = await twoPartPack();
  const catalogsFolder = await temporaryFolder();
  await mkdir(join(catalogsFolder, 'test'));
  await writeFile(join(catalogsFolder, 'test/catalog.json'), JSON.stringify(catalog));
  const run = async (argv: string[], changed: Changed = {}) => {
    const { isTerminal = false, signal = new AbortController().signal, err: seen, ...machine } = changed;
    let [out, err] = ['', ''];
    const write = (text: string) => {
      seen?.(text);
      err += text;
    };
    const group = modelsCommands({
      facts: { platform: 'linux', environment: { PNPMIX_MODELS_DIR: folder }, homeFolder: catalogsFolder },
      catalogsFolder,
      environment: testEnvironment,
      ...machine,
    });
    const code = await runCommandLine([{ ...group, load: async () => group }], ['models', ...argv], {
      signal,
      print: (line) => {
        out += `${line}\n`;
      },
      printError: (line) => write(`${line}\n`),
      progress: { write, isTerminal, now: testEnvironment.now },
    });
    return { code, out, err };
  };
  return { run, server, folder, place: (path: string) => join(folder, 'test', path) };
}

const offline = { environment: offlineEnvironment };

describe('models', () => {
  it('has a help text', async () => {
    const { run } = await command();
    for (const argv of [['--help'], ['help'], ['-h']]) {
      const { code, out } = await run(argv, offline);
      expect(code).toBe(0);
      expect(out).toContain('Downloads the missing files of a pack.');
      expect(out).toContain('PNPMIX_MODELS_DIR');
    }
    for (const argv of [
      ['pull', '-h'],
      ['pull', '--help'],
    ]) {
      expect(await run(argv, offline)).toMatchObject({
        code: 0,
        out: expect.stringContaining('Usage: npx pnpmix models pull PACK'),
      });
    }
  });

  it.each([
    [[], 'Name a command'],
    [['fetch'], 'no command "models fetch"'],
    [['pull'], 'takes PACK, not: nothing'],
    [['list', 'sd21'], 'takes no name, not: sd21'],
    [['import', 'test'], 'takes PACK FOLDER'],
    [['pull', 'test', '--quick'], 'takes no --quick'],
    [['pull', 'test', '--nonsense'], 'nonsense'],
    [['import', 'test', 'x', '--mode', 'steal'], '--mode is one of'],
  ])('does not guess the meaning of %j', async (argv, message) => {
    const { run } = await command();
    const { code, err } = await run(argv, offline);
    expect(code).toBe(2);
    expect(err).toMatch(/^error USAGE: /);
    expect(err).toContain(message);
  });

  it('shows the licence, pulls, lists, verifies, repairs and removes', async () => {
    const { run, folder, place } = await command();
    const refused = await run(['pull', 'test'], offline);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain(
      'For tests only.\n  https://example.org/licence\n  To accept it: --accept-licence test-licence',
    );
    expect(refused.err).toContain('error LICENCE_NOT_ACCEPTED: ');

    const pulled = await run(['pull', 'test', '--accept-licence', LICENCE]);
    expect(pulled).toMatchObject({ code: 0, out: 'Downloaded 2 files, 70.0 kB; already there: 0.\n' });
    expect(pulled.err).toContain('To download: 2 files, 70.0 kB; ');
    expect(pulled.err).toContain('[1/2] downloading one/a.bin');
    expect(pulled.err).not.toContain('\r');

    const before = await run(['list', '--models-dir', join(folder, 'other')], offline);
    expect(before.out).toContain('  to download, without the optional parts: 70.0 kB\n');
    expect(before.err).toMatch(/^models folder: .*other \(.* free\)\n$/);
    const listed = await run(['list'], offline);
    expect(listed.out).not.toContain('to download');
    expect(listed.out).toMatch(/one +installed +A part \(70\.0 kB, test-licence\)/);
    expect(listed.out).toMatch(/two +absent +A part \(70\.0 kB, optional, test-licence\)/);
    expect(JSON.parse((await run(['list', '--json'], offline)).out).modelsFolder).toBe(folder);

    expect(await run(['verify', 'test'], offline)).toMatchObject({
      code: 0,
      out: '2 files right, 0 damaged, 0 not installed.\n',
    });
    await unlink(place('one/a.bin'));
    const damaged = await run(['verify', 'test'], offline);
    expect(damaged.code).toBe(1);
    expect(damaged.out).toContain(`missing  ${place('one/a.bin')}\n`);
    expect(damaged.err).toContain('error PACK_INCOMPLETE: Run the command again with --repair');
    expect((await run(['verify', 'test', '--repair'])).out).toContain('Downloaded 1 file, 40.0 kB');

    expect(await run(['remove', 'test'], offline)).toMatchObject({
      code: 0,
      out: 'Removed 2 files; freed 70.0 kB.\n',
    });
    expect(await filesBelow(folder)).toEqual([]);
  });

  it('shows the size of each part of sd21, and what is unknown', async () => {
    const { run, folder } = await command();
    const { out } = await run(['list', '--models-dir', folder], {
      ...offline,
      catalogsFolder: join(import.meta.dirname, '../../../native-models/packs'),
    });
    expect(out).toMatch(/blending +absent +Stable Diffusion 2\.1 base \(2\.6 GB, /);
    expect(out).toMatch(/backgrounds +absent +Stable Diffusion XL base 1\.0 \(6\.9 GB, /);
    expect(out).toMatch(/detector +absent +Grounding DINO tiny \(231\.5 kB and 6 files of unknown size, /);
    expect(out).toMatch(/to download, without the optional parts: 9\.7 GB and 10 files of unknown size\n/);
  });

  it('shows the size of every part and the total, and stops', async () => {
    const { run, folder } = await command();
    const { code, out } = await run(['pull', 'test', '--component', 'one', '--component', 'two', '--size']);
    expect(code).toBe(0);
    expect(out).toMatch(
      /^ {2}one +2 files, 70\.0 kB \(A part\)\n {2}two +2 files, 70\.0 kB \(A part\)\nTo download: 4 files, 140\.0 kB; .* free\.\n$/,
    );
    expect(await filesBelow(folder)).toEqual([]);
  });

  it('shows the size and stops', async () => {
    const { run, folder } = await command();
    const { code, out } = await run(['pull', 'test', '--component', 'two', '--size']);
    expect(code).toBe(0);
    expect(out).toMatch(/^To download: 2 files, 70\.0 kB; .* free\.\n$/);
    expect(await filesBelow(folder)).toEqual([]);
  });

  it('asks for the licence in an interactive terminal', async () => {
    const { run } = await command();
    const questions: string[] = [];
    const answering = (answer: boolean) => ({
      confirm: async (question: string) => {
        questions.push(question);
        return answer;
      },
    });
    expect((await run(['pull', 'test'], answering(false))).code).toBe(1);
    expect((await run(['pull', 'test'], answering(true))).code).toBe(0);
    expect((await run(['pull', 'test', '--component', 'two'], answering(false))).code).toBe(0);
    expect(questions).toHaveLength(2);
  });

  it('imports a folder', async () => {
    const { run, folder } = await command();
    const mine = join(folder, 'mine');
    await mkdir(join(mine, 'deep'), { recursive: true });
    await writeFile(join(mine, 'a.bin'), A);
    await writeFile(join(mine, 'deep/b.bin'), B);
    const imported = await run(['import', 'test', mine, '--mode', 'copy'], offline);
    expect(imported).toMatchObject({ code: 0, out: 'Imported 2 files: one.\n' });
    expect((await run(['import', 'test', mine], offline)).out).toBe('Everything was imported already.\n');
    expect((await run(['import', 'test', join(folder, 'nowhere')], offline)).err).toMatch(
      /^error IMPORT_INVALID: /,
    );
  });

  it('exits with 130 when cancelled, and resumes the download next time', async () => {
    const { run, server, folder } = await command();
    server.misbehave('/one/a.bin', stallAfter(20_000));
    const stop = new AbortController();
    const part = join(folder, 'test/one/a.bin.part');
    const whenPart = vi.waitUntil(async () => ((await stat(part).catch(() => undefined))?.size ?? 0) > 0, {
      timeout: 300_000,
    });
    const pulling = run(['pull', 'test', '--accept-licence', LICENCE], {
      signal: stop.signal,
      err: (text) => {
        if (text.includes('downloading')) void whenPart.then(() => stop.abort());
      },
    });
    expect((await pulling).code).toBe(130);
    expect(await filesBelow(folder)).toContain('test/one/a.bin.part');
    expect((await run(['pull', 'test'])).code).toBe(0);
  });

  it('overwrites one line on a terminal', async () => {
    const { run } = await command();
    const { err } = await run(['pull', 'test', '--accept-licence', LICENCE], { isTerminal: true });
    expect(err).toContain('\r\x1b[K[2/2] downloading one/deep/b.bin');
    expect(err.endsWith('\r\x1b[K')).toBe(true);
  });

  it('uses the configured folder', async () => {
    const { run, folder } = await command();
    const facts = { platform: 'linux' as const, environment: {}, homeFolder: folder };
    const chosen = join(folder, 'chosen');
    expect((await run(['where', '--set', chosen], { facts })).out).toBe(`${chosen}\n`);
    expect(await run(['where'], { facts })).toMatchObject({
      out: `${chosen}\n`,
      err: '(chosen with models where --set)\n',
    });
  });
});

describe('the process', () => {
  it('pauses a real download on Ctrl+C and exits with 130', async () => {
    const [server, folder] = await Promise.all([startServer(), temporaryFolder()]);
    // The shipped catalogue: only the hub's URL differs from a real download.
    const path = '/Carve/LaMa-ONNX/resolve/c3c0c9e468934d62e79c329e35d82dd09ff8c444/lama_fp32.onnx';
    server.files.set(path, { body: Buffer.alloc(0) });
    server.standingFault = ({ response }) => {
      response.writeHead(200, { 'content-length': 208_044_816, etag: '"v1"' });
      response.write(Buffer.alloc(16_384));
    };
    const script = fileURLToPath(new URL('../../../electron/cli/main.ts', import.meta.url));
    const licence = ['--accept-licence', 'apache-2.0'];
    const child = spawn(
      process.execPath,
      [script, 'models', 'pull', 'sd21', '--component', 'inpainter', ...licence],
      {
        env: {
          ...process.env,
          HF_ENDPOINT: server.origin,
          PNPMIX_MODELS_DIR: folder,
          NODE_USE_ENV_PROXY: '',
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    onTestFinished(() => void child.kill('SIGKILL'));
    const err = text(child.stderr);
    const part = join(folder, 'sd21/inpainter/lama_fp32.onnx.part');
    while (((await stat(part).catch(() => undefined))?.size ?? 0) < 16_384) await delay(20);
    child.kill('SIGINT');
    expect((await once(child, 'exit'))[0]).toBe(130);
    expect(await err).toContain('To download: 1 file, 208.0 MB');
    expect(await err).toMatch(/error CANCELLED: .*\n$/);
    expect(await filesBelow(folder)).toEqual([
      'sd21/inpainter/lama_fp32.onnx.part',
      'sd21/inpainter/lama_fp32.onnx.part.json',
    ]);
  });
});

describe('the output', () => {
  it('formats sizes and times for people', () => {
    expect([0, 999, 1000, 999_949, 999_950, 5_135_149_760].map(formatBytes)).toEqual([
      '0 B',
      '999 B',
      '1.0 kB',
      '999.9 kB',
      '1.0 MB',
      '5.1 GB',
    ]);
    expect([0.2, 59, 60, 75, 3600, 7325].map(formatDuration)).toEqual([
      '1 s',
      '59 s',
      '1 min 0 s',
      '1 min 15 s',
      '1 h 0 min',
      '2 h 2 min',
    ]);
  });

  it('omits what is unknown', () => {
    const progress = {
      stage: 'download' as const,
      packId: 'test',
      file: 'one/a.bin',
      fileNumber: 2,
      fileCount: 3,
      bytesDone: 500,
      bytesTotal: 1000,
      bytesPerSecond: 100,
      secondsLeft: 5,
    };
    expect(formatProgress(progress)).toBe(
      '[2/3] downloading one/a.bin  500 B of 1.0 kB (50 %)  100 B/s  5 s left',
    );
    expect(formatProgress({ ...progress, bytesTotal: null, bytesPerSecond: null, secondsLeft: null })).toBe(
      '[2/3] downloading one/a.bin  500 B',
    );
  });
});

describe('a question in the terminal', () => {
  const ask = (typed: string | null, signal = new AbortController().signal) => {
    const [input, output] = [new PassThrough(), new PassThrough()];
    const answer = confirmIn(input, output, 'Do you accept it? [y/N] ', signal);
    if (typed === null) input.end();
    else input.write(typed);
    return answer;
  };

  it('is answered by a line, and not by the end of the input', async () => {
    expect(await ask('y\r')).toBe(true);
    expect(await ask('Yes\r')).toBe(true);
    expect(await ask('yesterday\r')).toBe(false);
    expect(await ask('\r')).toBe(false);
    expect(await ask('\u0004')).toBe(false);
    expect(await ask(null)).toBe(false);
  });

  it('is cancelled by Ctrl+C, and with the command', async () => {
    await expect(ask('\u0003')).rejects.toMatchObject({ code: 'CANCELLED' });
    const stop = new AbortController();
    const asked = ask('', stop.signal);
    stop.abort();
    await expect(asked).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});
