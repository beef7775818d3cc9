/** The host's jobs: what is known of each, waiting for one to end, and what a restarted host knows nothing of. */
import i18next from 'i18next';
import { StudioError } from '../../electron/contract/errors.ts';
import type { JobState } from '../../electron/contract/jobs.ts';
import { reportNotice } from './notices.ts';
import { useStudio } from './studio-store.ts';

/** How a job ended that did not fail. */
export interface EndedJob {
  /** undefined when it was cancelled. */
  readonly result: JobState['result'] | undefined;
  readonly notices: readonly string[];
}

export class Jobs {
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
    this.put(job);
    const last = await new Promise<JobState>((resolve) => {
      const resolveIfEnded = (state: Readonly<Record<string, JobState>>) => {
        const now = state[job.jobId];
        if (!now || !hasEnded(now)) return false;
        resolve(now);
        return true;
      };
      if (resolveIfEnded(useStudio.getState().jobs)) return;
      const stop = useStudio.subscribe(({ jobs }) => {
        if (resolveIfEnded(jobs)) stop();
      });
    });
    if (last.state === 'failed') {
      throw new StudioError(last.error?.code ?? 'INTERNAL', last.error?.message ?? 'The job failed.');
    }
    return { result: last.state === 'cancelled' ? undefined : last.result, notices: last.notices };
  }

  /** A job began or changed its state. */
  put(job: JobState): void {
    const { jobs } = useStudio.getState();
    const known = jobs[job.jobId];
    // The answer to the call may come after the event of its end.
    if (known && hasEnded(known) && job.state !== known.state) return;
    useStudio.setState({ jobs: { ...jobs, [job.jobId]: job } });
  }

  /** Jobs whose end is still to come, as far as this page knows. */
  unended(): readonly JobState[] {
    return Object.values(useStudio.getState().jobs).filter((job) => !hasEnded(job));
  }

  /**
   * Takes over the host's list after the connection was gone: a job that it does not name was lost when it restarted.
   *
   * @param unended {@link Jobs.unended} before the list was asked for; a job that began since may not be on it
   */
  caughtUp(listed: readonly JobState[], unended: readonly JobState[]): void {
    for (const job of listed) this.put(job);
    for (const job of unended) {
      if (listed.some(({ jobId }) => jobId === job.jobId)) continue;
      const message = i18next.t('app.jobLost');
      this.put({ ...job, state: 'failed', error: { ok: false, code: 'JOB_UNKNOWN', message } });
    }
  }
}

function hasEnded({ state }: JobState): boolean {
  return state === 'done' || state === 'failed' || state === 'cancelled';
}
