/** Runs jobs: long work other than renders, watched and cancelled by an id. */

import { randomUUID } from 'node:crypto';
import { StudioError } from '../../contract/errors.ts';
import type { JobId, JobKind, JobProgress, JobResult, JobState } from '../../contract/jobs.ts';
import type { Notice } from '../../contract/notices.ts';
import type { ProjectId } from '../../contract/project-state.ts';
import { asFailure } from '../studio-error.ts';
import type { StudioEvents } from '../studio-events.ts';

/** The context of a job's work. */
export interface JobControls {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: JobProgress) => void;
  readonly onNotice: (notice: Notice) => void;
  /** Reports partial results, which stay when the job is cancelled. */
  readonly onPartialResult: (result: JobResult) => void;
}

/** Description of a job. */
export interface JobSubject {
  readonly projectId?: ProjectId | null;
  readonly packId?: string | null;
}

interface Job {
  state: JobState;
  readonly controller: AbortController;
  readonly ended: Promise<void>;
}

/** How many ended jobs are remembered. */
const MAX_ENDED = 50;

export class JobRunner {
  readonly #events: StudioEvents;
  readonly #jobs = new Map<JobId, Job>();

  constructor(events: StudioEvents) {
    this.#events = events;
  }

  /** Starts a job and returns at once; an event reports its end. */
  start(
    kind: JobKind,
    { projectId = null, packId = null }: JobSubject,
    work: (controls: JobControls) => Promise<JobResult>,
  ): JobState {
    const jobId = randomUUID();
    const controller = new AbortController();
    const initial: JobState = {
      jobId,
      kind,
      projectId,
      packId,
      state: 'waiting',
      progress: null,
      result: null,
      error: null,
      notices: [],
    };
    const job: Job = {
      state: initial,
      controller,
      // The work starts after the caller has its response.
      ended: Promise.resolve().then(() => this.#run(job, work)),
    };
    this.#jobs.set(jobId, job);
    this.#forgetOldest();
    this.#events.emit('job.changed', initial);
    return initial;
  }

  /**
   * Runs a command's work as a job, so that it is visible and can be cancelled, and returns its result.
   *
   * @param resultOf the result for the job's last event
   * @throws StudioError what the work throws
   */
  run<Value>(
    kind: JobKind,
    subject: JobSubject,
    work: (controls: JobControls) => Promise<Value>,
    resultOf: (value: Value) => JobResult,
  ): Promise<Value> {
    return new Promise((resolve, reject) => {
      this.start(kind, subject, async (controls) => {
        try {
          const value = await work(controls);
          resolve(value);
          return resultOf(value);
        } catch (error) {
          reject(error);
          throw error;
        }
      });
    });
  }

  list(): JobState[] {
    return [...this.#jobs.values()].map(({ state }) => state);
  }

  /** @throws StudioError JOB_UNKNOWN */
  get(jobId: JobId): JobState {
    return this.#get(jobId).state;
  }

  /** Cancels a job; does nothing after its end. @throws StudioError JOB_UNKNOWN */
  cancel(jobId: JobId): void {
    this.#get(jobId).controller.abort();
  }

  /** Whether a job works on a project. */
  isBusyWith(projectId: ProjectId): boolean {
    return this.list().some((job) => job.projectId === projectId && !hasEnded(job));
  }

  /** Cancels the jobs of a project, or all, and waits for their end. */
  async cancelAll(projectId?: ProjectId): Promise<void> {
    const jobs = [...this.#jobs.values()].filter(
      ({ state }) => projectId === undefined || state.projectId === projectId,
    );
    for (const { controller } of jobs) controller.abort();
    await Promise.all(jobs.map(({ ended }) => ended));
  }

  #get(jobId: JobId): Job {
    const job = this.#jobs.get(jobId);
    if (job === undefined)
      throw new StudioError('JOB_UNKNOWN', 'This job does not exist, or ended long ago.');
    return job;
  }

  async #run(job: Job, work: (controls: JobControls) => Promise<JobResult>): Promise<void> {
    const { signal } = job.controller;
    try {
      const result = await work({
        signal,
        onProgress: (progress) => this.#change(job, { state: 'running', progress }),
        onPartialResult: (result) => this.#change(job, { state: 'running', result }),
        onNotice: (notice) => this.#change(job, { notices: [...job.state.notices, notice] }),
      });
      this.#change(job, { state: 'done', result });
    } catch (error) {
      const failure = asFailure(error);
      const isCancelled = failure.code === 'CANCELLED';
      this.#change(job, isCancelled ? { state: 'cancelled' } : { state: 'failed', error: failure });
    }
  }

  #change(job: Job, change: Partial<JobState>): void {
    job.state = { ...job.state, ...change };
    this.#events.emit('job.changed', job.state);
  }

  #forgetOldest(): void {
    const ended = [...this.#jobs.values()].filter(({ state }) => hasEnded(state));
    for (const { state } of ended.slice(0, Math.max(0, ended.length - MAX_ENDED)))
      this.#jobs.delete(state.jobId);
  }
}

function hasEnded({ state }: JobState): boolean {
  return state !== 'waiting' && state !== 'running';
}
