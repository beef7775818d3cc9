/** The simulated farm agrees with queueing theory where there is a formula, and adds up. */
import { expect, test } from 'vitest';
import { type FarmModel, simulateFarm } from './farm-simulation.ts';

const costs = {
  commandsPerJob: 10,
  bytesPerJob: 1000,
  cpuSPerJob: 0.001,
  commandsPerWorkerS: 1,
  cpuSPerWorkerS: 0.0001,
};
const single: FarmModel = {
  workers: 1,
  artists: 10,
  thinkS: 20,
  sweepShare: 0,
  sweepCells: 1,
  firstS: 1,
  retuneS: 1,
  retuneShare: 0,
  hasAffinity: false,
  overheadS: 0,
  durationS: 400_000,
  seed: 1,
};

test('one worker waits as long as Pollaczek and Khinchine say', () => {
  // M/G/1: half a request per second, a service of half a second and an exponential rest: E[S] = 1, E[S²] = 1.25.
  const load = 0.5;
  const { meanWaitS, busyShare, donePerS } = simulateFarm(single, costs);
  expect(busyShare).toBeCloseTo(load, 1);
  expect(donePerS).toBeCloseTo(0.5, 1);
  const expected = (load * 1.25) / (2 * (1 - load));
  expect(Math.abs(meanWaitS / expected - 1)).toBeLessThan(0.05);
});

test('a farm that is too small falls behind by what it cannot do', () => {
  const { backlog, busyShare, requestedPerS, donePerS } = simulateFarm(
    { ...single, artists: 40, durationS: 10_000 },
    costs,
  );
  expect(busyShare).toBeGreaterThan(0.99);
  expect(backlog / 10_000).toBeCloseTo(requestedPerS - donePerS, 0);
});

test('affinity helps re-tunes, and Redis pays for jobs and workers', () => {
  const many = {
    ...single,
    workers: 10,
    artists: 100,
    firstS: 2,
    retuneS: 0.5,
    retuneShare: 0.8,
    durationS: 20_000,
  };
  const [chance, affinity] = [false, true].map((hasAffinity) =>
    simulateFarm({ ...many, hasAffinity }, costs),
  );
  expect(affinity!.busyShare).toBeLessThan(0.6 * chance!.busyShare);
  const { donePerS, redisCommandsPerS, redisBytesPerS, redisCpuShare } = affinity!;
  expect(redisCommandsPerS).toBeCloseTo(donePerS * 10 + 10);
  expect(redisBytesPerS).toBeCloseTo(donePerS * 1000);
  expect(redisCpuShare).toBeCloseTo(donePerS * 0.001 + 0.001);
});

test('the same seed gives the same farm', () => {
  expect(simulateFarm(single, costs)).toEqual(simulateFarm(single, costs));
});
