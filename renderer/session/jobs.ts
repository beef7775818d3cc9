/** The host's jobs: carries out the effects of their state machine (job-machine.ts), and mirrors it for the panels. */

import i18next from 'i18next';
import { StudioError } from '../../electron/contract/errors.ts';
import type { JobState } from '../../electron/contract/jobs.ts';
import type { Notice } from '../../electron/contract/notices.ts';
import { type JobEvent, noJobs, stepJobs, unended } from './job-machine.ts';
import { reportNotice, sayNotice } from './notices.ts';
import { useStudio } from './studio-store.ts';

/** The end of a job that did not fail. */
export interface EndedJob {
  /** undefined if it was cancelled. */
  readonly result: JobState['result'] | undefined;
  readonly notices: readonly Notice[];
}

export class Jobs {
  readonly #waiting = new Map<string, ((job: JobState) => void)[]>();
  #machine = noJobs;

  /**
   * Waits for a job to end, and shows its notices.
   *
   * @returns its result; undefined if it was cancelled
   * @throws StudioError when it failed
   */
  async finished(job: JobState): Promise<JobState['result'] | undefined> {
    const { result, notices } = await this.ended(job);
    for (const notice of notices) reportNotice(sayNotice(notice));
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

  /** A job started or changed its state. */
  put(job: JobState): void {
    this.#play({ kind: 'changed', job });
  }

  /** Loads the host's list after a lost connection: jobs missing in it were lost when the host restarted. */
  async catchUp(list: () => Promise<readonly JobState[]>): Promise<void> {
    // Jobs started while the list is on its way may be missing in it.
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
