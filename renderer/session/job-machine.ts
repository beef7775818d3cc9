/**
 * The page's knowledge of the host's jobs as a state machine: (machine, event) -> machine + effects.
 *
 * Invariant: every awaited job settles once, by its end or because the host does not know it.
 */
import type { JobState } from '../../electron/contract/jobs.ts';

export interface JobMachine {
  readonly jobs: Readonly<Record<string, JobState>>;
  /** Awaited jobs. */
  readonly awaited: ReadonlySet<string>;
}

export type JobEvent =
  /** It started or changed its state. */
  | { readonly kind: 'changed'; readonly job: JobState }
  /** A caller waits for its end; `job` is the host's response when it started. */
  | { readonly kind: 'awaited'; readonly job: JobState }
  /**
   * The host's list after a lost connection: it does not know jobs missing in it.
   *
   * `asked` are the unfinished ones before the list was requested; `lost` is the reason for their end.
   */
  | {
      readonly kind: 'caughtUp';
      readonly listed: readonly JobState[];
      readonly asked: readonly string[];
      readonly lost: NonNullable<JobState['error']>;
    };

/** Settles the callers waiting for a job. */
export interface JobEffect {
  readonly kind: 'settle';
  readonly job: JobState;
}

export interface JobStep {
  readonly machine: JobMachine;
  readonly effects: readonly JobEffect[];
}

export const noJobs: JobMachine = { jobs: {}, awaited: new Set() };

export function stepJobs(machine: JobMachine, event: JobEvent): JobStep {
  switch (event.kind) {
    case 'changed':
      return settle(put(machine, event.job));
    case 'awaited': {
      const awaited = new Set([...machine.awaited, event.job.jobId]);
      return settle(put({ ...machine, awaited }, event.job));
    }
    case 'caughtUp': {
      const { listed, asked, lost } = event;
      const known = new Set(listed.map(({ jobId }) => jobId));
      const ended = unended(machine)
        .filter(({ jobId }) => asked.includes(jobId) && !known.has(jobId))
        .map((job): JobState => ({ ...job, state: 'failed', error: lost }));
      return settle([...listed, ...ended].reduce(put, machine));
    }
  }
}

/** Unfinished jobs. */
export function unended({ jobs }: JobMachine): readonly JobState[] {
  return Object.values(jobs).filter((job) => !hasEnded(job));
}

function put(machine: JobMachine, job: JobState): JobMachine {
  const known = machine.jobs[job.jobId];
  // The response to the call may come after the event of its end.
  if (known && hasEnded(known) && job.state !== known.state) return machine;
  return { ...machine, jobs: { ...machine.jobs, [job.jobId]: job } };
}

function settle(machine: JobMachine): JobStep {
  const ended = [...machine.awaited]
    .map((jobId) => machine.jobs[jobId])
    .filter((job) => job !== undefined && hasEnded(job));
  if (ended.length === 0) return { machine, effects: [] };
  const awaited = new Set([...machine.awaited].filter((jobId) => !ended.some((job) => job?.jobId === jobId)));
  return {
    machine: { ...machine, awaited },
    effects: ended.map((job) => ({ kind: 'settle', job: job! })),
  };
}

function hasEnded({ state }: JobState): boolean {
  return state === 'done' || state === 'failed' || state === 'cancelled';
}
