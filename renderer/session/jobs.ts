/** The host's jobs: carries out the effects of their state machine (job-machine.ts), and mirrors it for the panels. */
import i18next from 'i18next';
import { StudioError } from '../../electron/contract/errors.ts';
import type { JobState } from '../../electron/contract/jobs.ts';
import { type JobEvent, noJobs, stepJobs, unended } from './job-machine.ts';
import { reportNotice } from './notices.ts';
import { useStudio } from './studio-store.ts';

/** How a job ended that did not fail. */
export interface EndedJob {
  /** undefined when it was cancelled. */
  readonly result: JobState['result'] | undefined;
  readonly notices: readonly string[];
}

export class Jobs {
  readonly #waiting = new Map<string, ((job: JobState) => void)[]>();
  #machine = noJobs;

  /**
   * Waits for a job to end, and shows its notices.
   *
   * @returns its result; undefined when it was cancelled
   * @throws StudioError when it failed
   */
  async finished(job: JobState): Promise<JobState['result'] | undefined> {
    const { result, notices } = await this.ended(job);
    for (const notice of notices) reportNotice(notice);
    return result;
  }

  /** The same for a caller that shows the notices itself. @throws StudioError when it failed */
  async ended(job: JobState): Promise<EndedJob> {
    const last = await new Promise<JobState>((resolve) => {
      this.#waiting.set(job.jobId, [...(this.#waiting.get(job.jobId) ?? []), resolve]);
      this.#play({ kind: 'awaited', job });
    });
    if (last.state === 'failed') {
      throw new StudioError(last.error?.code ?? 'INTERNAL', last.error?.message ?? 'The job failed.');
    }
    return { result: last.state === 'cancelled' ? undefined : last.result, notices: last.notices };
  }

  /** A job began or changed its state. */
  put(job: JobState): void {
    this.#play({ kind: 'changed', job });
  }

  /** Asks the host for its list, after the connection was gone: what it does not name was lost when it restarted. */
  async catchUp(list: () => Promise<readonly JobState[]>): Promise<void> {
    // What begins while the list is on its way may not be on it.
    const asked = unended(this.#machine).map(({ jobId }) => jobId);
    const listed = await list();
    const message = i18next.t('app.jobLost');
    this.#play({ kind: 'caughtUp', listed, asked, lost: { ok: false, code: 'JOB_UNKNOWN', message } });
  }

  #play(event: JobEvent): void {
    const { machine, effects } = stepJobs(this.#machine, event);
    this.#machine = machine;
    useStudio.setState({ jobs: machine.jobs });
    for (const { job } of effects) {
      const waiting = this.#waiting.get(job.jobId) ?? [];
      this.#waiting.delete(job.jobId);
      for (const resolve of waiting) resolve(job);
    }
  }
}
