/** The log file: rotated lines of JSON, and errors without the data they quote. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { StudioError } from '../../../../electron/contract/errors.ts';
import { describeFault, withoutQuotes } from '../../../../electron/foundation/log/fault-facts.ts';
import { StudioLog } from '../../../../electron/foundation/log/studio-log.ts';
import { newToken } from '../../../../electron/serve/running-hosts.ts';
import { temporaryFolder } from '../../inference/tiny-pack.ts';

let folder: string;
beforeEach(() => {
  folder = join(temporaryFolder(), 'logs');
});
afterEach(() => rmSync(join(folder, '..'), { recursive: true }));

const clock = () => new Date(0);

function entries(log: StudioLog): Record<string, unknown>[] {
  return log.lastLines(10_000).map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('an entry', () => {
  it('is a line of JSON with time, level, process and facts', () => {
    const log = new StudioLog(folder, { clock });
    log.info('engine.opened', { device: 'cpu', durationMs: 12, passedOver: null, unknown: undefined });
    log.warn('page.ended', { reason: 'crashed' });
    const common = { time: '1970-01-01T00:00:00.000Z', pid: process.pid };
    expect(entries(log)).toEqual([
      { ...common, level: 'info', event: 'engine.opened', device: 'cpu', durationMs: 12, passedOver: null },
      { ...common, level: 'warn', event: 'page.ended', reason: 'crashed' },
    ]);
  });

  it('is written before the call returns, readable by the owner only', () => {
    const log = new StudioLog(folder);
    log.fault(new RangeError('too far'), 'a test');
    expect(entries(log)).toMatchObject([{ event: 'fault', where: 'a test', type: 'RangeError' }]);
    if (process.platform !== 'win32') expect(statSync(log.path).mode & 0o777).toBe(0o600);
  });

  it('is truncated if it is long', () => {
    const log = new StudioLog(folder);
    log.info('long', { text: 'x'.repeat(100_000) });
    expect(statSync(log.path).size).toBeLessThan(5000);
  });

  it('goes to standard error if the file cannot be written, and nothing is thrown', () => {
    mkdirSync(join(folder, '..'), { recursive: true });
    writeFileSync(folder, 'in the way');
    const told = vi.spyOn(console, 'error').mockReturnValue();
    new StudioLog(folder).warn('engine.ended', { code: 'ENGINE_CRASHED' });
    expect(told).toHaveBeenCalledWith(expect.stringContaining('ENGINE_CRASHED'), expect.any(Error));
    told.mockRestore();
  });
});

describe('the files', () => {
  it('are rotated and limited in size; the newest entries are read across them', () => {
    const log = new StudioLog(folder, { maxFileBytes: 1000 });
    for (let number = 0; number < 200; number++) log.info('many', { number });
    expect(readdirSync(folder).toSorted()).toEqual([
      'studio.1.log',
      'studio.2.log',
      'studio.3.log',
      'studio.log',
    ]);
    for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).size).toBeLessThan(1200);
    const numbers = log.lastLines(20).map((line) => (JSON.parse(line) as { number: number }).number);
    expect(numbers).toEqual(Array.from({ length: 20 }, (_, index) => 180 + index));
  });

  it('are shared by two hosts: no entry of either is lost', () => {
    const hosts = [
      new StudioLog(folder, { maxFileBytes: 4000 }),
      new StudioLog(folder, { maxFileBytes: 4000 }),
    ];
    for (let number = 0; number < 100; number++) hosts[number % 2]!.info('turns', { number });
    const numbers = entries(hosts[0]!).map((entry) => entry.number);
    expect(numbers).toEqual(Array.from({ length: 100 }, (_, index) => index));
  });

  it('are created with the first entry', () => {
    const log = new StudioLog(folder);
    expect(log.lastLines(10)).toEqual([]);
    expect(existsSync(folder)).toBe(false);
  });
});

describe('an error', () => {
  const SECRET = 'a red fox in the snow';

  function jsonError(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch (error) {
      return error;
    }
  }

  it.each<[string, unknown]>([
    ['that quotes what somebody wrote', new Error(`No model finds "${SECRET}" here.`)],
    ['whose quotation has quotes and lines', new Error(`Not found: "a "b" of\n${SECRET}".`)],
    ['whose quotation does not end', new Error(`Not found: "${SECRET}`)],
    ['of a file’s content', jsonError(SECRET)],
    ['of a schema', z.strictObject({}).safeParse({ [SECRET]: 1 }).error],
    ['with causes', new Error('outer', { cause: new StudioError('INTERNAL', `inner "${SECRET}"`) })],
    ['with fields of its own', Object.assign(new Error('x'), { request: { prompt: SECRET } })],
    ['that is no error but an object', { prompt: SECRET }],
    ['that is a string', `rejected "${SECRET}"`],
  ])('%s is logged without it', (_, thrown) => {
    const log = new StudioLog(folder);
    log.fault(thrown, 'a test');
    const written = readFileSync(log.path, 'utf8');
    expect(written).not.toContain('fox');
    expect(written).not.toContain('snow');
    expect(written).toContain('"event":"fault"');
  });

  it('keeps what a developer needs: type, code, sentence, frames and causes', () => {
    const cause = Object.assign(new Error('no space'), { code: 'ENOSPC' });
    const fault = describeFault(new StudioError('DISK_FULL', 'The disk is full.', { cause }));
    expect(fault).toMatchObject({
      code: 'DISK_FULL',
      message: 'The disk is full.',
      causes: 'Error: no space',
    });
    expect(fault.stack).toContain('studio-log.test.ts');
    expect(describeFault(undefined)).toEqual({ type: 'undefined' });
    expect(describeFault(null)).toEqual({ type: 'null' });
  });

  it('contains no token of a host or of the hub', () => {
    const tokens = [newToken(), `hf_${'aB3'.repeat(10)}`];
    for (const token of tokens) {
      expect(withoutQuotes(`GET /?token=${token} failed; Bearer ${token}.`)).not.toContain(token);
    }
    const sha256 = 'a'.repeat(64);
    expect(withoutQuotes(`weights ${sha256}`)).toContain(sha256);
  });
});
