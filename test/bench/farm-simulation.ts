/**
 * A discrete-event simulation of a render farm: artists who render now and then, sometimes a sweep, workers that serve
 * one queue in order, and one Redis that has work with every job. Deterministic for a seed.
 */
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { JumpableRandomGenerator } from 'pure-rand/types/JumpableRandomGenerator';

/** What artists and machines do. */
export interface FarmModel {
  readonly workers: number;
  readonly artists: number;
  /** Mean time between an artist's requests while working, in seconds. */
  readonly thinkS: number;
  /** Share of requests that are sweeps, 0 to 1, and their cells. */
  readonly sweepShare: number;
  readonly sweepCells: number;
  /** Service time of a first render of a scene, and of one whose inversions the worker has, in seconds. */
  readonly firstS: number;
  readonly retuneS: number;
  /** Share of single renders that re-tune a scene which some worker has inversions of. */
  readonly retuneShare: number;
  /** Whether a re-tune goes to the worker that has its inversions; otherwise it finds them by chance. */
  readonly hasAffinity: boolean;
  /** Time of a job beside the engine, in seconds. */
  readonly overheadS: number;
  /** Simulated time, in seconds; the first tenth is not counted. */
  readonly durationS: number;
  readonly seed: number;
}

/** What a job, and an idle worker, cost Redis, as measured by `npm run bench -- farm-throughput`. */
export interface RedisCosts {
  readonly commandsPerJob: number;
  readonly bytesPerJob: number;
  /** Redis's own processor time, in seconds. */
  readonly cpuSPerJob: number;
  readonly commandsPerWorkerS: number;
  readonly cpuSPerWorkerS: number;
}

export interface FarmOutcome {
  readonly requestedPerS: number;
  readonly donePerS: number;
  readonly busyShare: number;
  readonly meanWaitS: number;
  readonly p95WaitS: number;
  /** Jobs that waited at the end. */
  readonly backlog: number;
  readonly redisCommandsPerS: number;
  readonly redisBytesPerS: number;
  /** Share of the one core that Redis has, 0 to 1 and beyond. */
  readonly redisCpuShare: number;
}

interface Job {
  readonly askedS: number;
  readonly isRetune: boolean;
}

/** Simulates the farm with its one queue. */
export function simulateFarm(model: FarmModel, costs: RedisCosts): FarmOutcome {
  const { workers, artists, thinkS, durationS } = model;
  const random = xoroshiro128plus(model.seed);
  const chance = () => uniformFloat64(random as JumpableRandomGenerator);
  const exponential = (mean: number) => -mean * Math.log(1 - chance());
  const warmUpS = durationS / 10;

  const queue = new Fifo<Job>();
  // Artists are many and independent: together they are one Poisson process.
  const betweenS = thinkS / artists;
  const ends = new MinHeap();
  let idle = workers;
  let [asked, done, busyS] = [0, 0, 0];
  const waits: number[] = [];
  const begin = (nowS: number, { askedS, isRetune }: Job) => {
    idle--;
    // Without affinity, a worker has a scene's inversions if it happens to be the one of the last render.
    const hits = isRetune && (model.hasAffinity || chance() < 1 / workers);
    const mean = hits ? model.retuneS : model.firstS;
    // Steps, sizes and concepts vary: half of the mean at the least, and an exponential rest.
    const serviceS = model.overheadS + mean / 2 + exponential(mean / 2);
    ends.push(nowS + serviceS);
    if (nowS < warmUpS) return;
    waits.push(nowS - askedS);
    busyS += Math.min(serviceS, durationS - nowS);
  };
  let nextRequestS = exponential(betweenS);
  for (;;) {
    const nowS = Math.min(nextRequestS, ends.least);
    if (nowS >= durationS) break;
    if (nextRequestS <= ends.least) {
      nextRequestS = nowS + exponential(betweenS);
      const isSweep = chance() < model.sweepShare;
      const cells = isSweep ? model.sweepCells : 1;
      if (nowS >= warmUpS) asked += cells;
      for (let cell = 0; cell < cells; cell++) {
        // All cells of a sweep but the first share its inversions.
        queue.push({ askedS: nowS, isRetune: isSweep ? cell > 0 : chance() < model.retuneShare });
      }
    } else {
      ends.pop();
      idle++;
      if (nowS >= warmUpS) done++;
    }
    while (idle > 0 && queue.size > 0) begin(nowS, queue.shift());
  }
  const countedS = durationS - warmUpS;
  const donePerS = done / countedS;
  waits.sort((a, b) => a - b);
  return {
    requestedPerS: asked / countedS,
    donePerS,
    busyShare: busyS / countedS / workers,
    meanWaitS: waits.reduce((sum, wait) => sum + wait, 0) / Math.max(1, waits.length),
    p95WaitS: waits[Math.floor(waits.length * 0.95)] ?? 0,
    backlog: queue.size,
    redisCommandsPerS: donePerS * costs.commandsPerJob + workers * costs.commandsPerWorkerS,
    redisBytesPerS: donePerS * costs.bytesPerJob,
    redisCpuShare: donePerS * costs.cpuSPerJob + workers * costs.cpuSPerWorkerS,
  };
}

/** First in, first out, without moving what waits. */
class Fifo<Value> {
  #values: Value[] = [];
  #first = 0;

  get size(): number {
    return this.#values.length - this.#first;
  }

  push(value: Value): void {
    this.#values.push(value);
  }

  shift(): Value {
    const value = this.#values[this.#first++]!;
    if (this.#first > 10_000 && this.#first * 2 > this.#values.length) {
      this.#values = this.#values.slice(this.#first);
      this.#first = 0;
    }
    return value;
  }
}

/** Times at which workers become free, least first. */
class MinHeap {
  readonly #times: number[] = [];

  get least(): number {
    return this.#times[0] ?? Number.POSITIVE_INFINITY;
  }

  push(time: number): void {
    const times = this.#times;
    let at = times.length;
    times.push(time);
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (times[above]! <= time) break;
      times[at] = times[above]!;
      at = above;
    }
    times[at] = time;
  }

  pop(): void {
    const times = this.#times;
    const last = times.pop()!;
    if (times.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= times.length) break;
      if (child + 1 < times.length && times[child + 1]! < times[child]!) child++;
      if (times[child]! >= last) break;
      times[at] = times[child]!;
      at = child;
    }
    times[at] = last;
  }
}
