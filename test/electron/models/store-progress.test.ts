import { describe, expect, it } from 'vitest';
import { ProgressReporter, RateMeter, type StoreProgress } from '../../../electron/models/store-progress.ts';

describe('the rate', () => {
  it('covers the last seconds, and is unknown at first and after a restart', () => {
    let nowMs = 0;
    const meter = new RateMeter(() => nowMs);
    const at = (ms: number, bytes: number) => {
      nowMs = ms;
      return meter.update(bytes);
    };
    expect(at(0, 0)).toBe(null);
    expect(at(100, 500)).toBe(null);
    expect(at(1000, 1000)).toBe(1000);
    expect(at(10_000, 1000)).toBe(0);
    expect(at(20_000, 101_000)).toBe(10_000);
    expect(at(21_000, 5)).toBe(null);
    expect(at(22_000, 1005)).toBe(1000);
  });

  it('gives the remaining time, over all files', () => {
    let nowMs = 0;
    const seen: StoreProgress[] = [];
    const reporter = new ProgressReporter(
      'pack',
      2,
      4000,
      () => nowMs,
      (progress) => seen.push(progress),
    );
    reporter.begin('download', 'one/a.bin', 1);
    nowMs = 1000;
    reporter.finish(1000);
    reporter.begin('download', 'one/b.bin', 2);
    nowMs = 2000;
    reporter.advance(1000);
    expect(seen.at(-1)).toEqual({
      stage: 'download',
      packId: 'pack',
      file: 'one/b.bin',
      fileNumber: 2,
      fileCount: 2,
      bytesDone: 2000,
      bytesTotal: 4000,
      bytesPerSecond: 1000,
      secondsLeft: 2,
    });
  });

  it('is reported at most ten times a second, and at once for a file’s first bytes', () => {
    let nowMs = 0;
    const seen: number[] = [];
    const reporter = new ProgressReporter(
      'pack',
      1,
      null,
      () => nowMs,
      ({ bytesDone }) => seen.push(bytesDone),
    );
    reporter.begin('download', 'a.bin', 1);
    for (nowMs = 0; nowMs < 1000; nowMs++) reporter.advance(nowMs);
    expect(seen.length).toBeLessThanOrEqual(12);
    expect(seen.slice(0, 2)).toEqual([0, 1]);
  });
});
