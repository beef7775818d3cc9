/** The host's jobs: waiting for their end, in whatever order answers and events come. */

import { beforeEach, expect, test } from 'vitest';
import type { JobState } from '../../../electron/contract/jobs.ts';
import { notice } from '../../../electron/contract/notices.ts';
import { Jobs } from '../../../renderer/session/jobs.ts';
import { useStudio } from '../../../renderer/session/studio-store.ts';

let jobs: Jobs;

beforeEach(() => {
  useStudio.setState({ jobs: {} });
  jobs = new Jobs();
});

/** The fields of a job that make up its end. */
function job(jobId: string, state: JobState['state'], rest: Partial<JobState> = {}): JobState {
  return { jobId, state, notices: [], result: null, error: null, ...rest } as unknown as JobState;
}

const [slow, quick] = [notice('MEMORY_SHORT', { rows: 2 }), notice('NOT_INPAINTED', {})];
const stateOf = (jobId: string) => useStudio.getState().jobs[jobId]?.state;

test('a job is awaited until it ends', async () => {
  const ended = jobs.ended(job('a', 'waiting'));
  jobs.put(job('a', 'running'));
  jobs.put(job('b', 'done'));
  jobs.put(job('a', 'done', { notices: [slow] }));
  expect((await ended).notices).toEqual([slow]);
});

test('the event of its end may come before the answer to the call', async () => {
  jobs.put(job('a', 'done', { notices: [quick] }));
  expect((await jobs.ended(job('a', 'waiting'))).notices).toEqual([quick]);
  expect(stateOf('a')).toBe('done');
});

test('a cancelled job has no result; a failed one throws its error', async () => {
  const cancelled = jobs.finished(job('a', 'running'));
  const failed = jobs.finished(job('b', 'running'));
  jobs.put(job('a', 'cancelled'));
  jobs.put(job('b', 'failed', { error: { ok: false, code: 'DISK_FULL', message: 'No room.' } }));
  expect(await cancelled).toBeUndefined();
  await expect(failed).rejects.toMatchObject({ code: 'DISK_FULL', message: 'No room.' });
});

test('a job unknown to a restarted host has failed, unless it began after the host was asked', async () => {
  for (const id of ['known', 'lost']) jobs.put(job(id, 'running'));
  jobs.put(job('ended', 'done'));
  const lost = jobs.finished(job('lost', 'running'));
  await jobs.catchUp(async () => {
    jobs.put(job('new', 'waiting'));
    return [job('known', 'done')];
  });
  await expect(lost).rejects.toMatchObject({ code: 'JOB_UNKNOWN' });
  expect(['known', 'lost', 'ended', 'new'].map(stateOf)).toEqual(['done', 'failed', 'done', 'waiting']);
});
