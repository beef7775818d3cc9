/** Object removal ends in the project and background it was started in, whatever is shown by then. */
import { beforeEach, expect, test } from 'vitest';
import type { JobState } from '../../../electron/contract/jobs.ts';
import { emptySceneDocument, type SceneDocument } from '../../../electron/contract/scene-document.ts';
import type { StudioClient } from '../../../renderer/client/studio-client.ts';
import { Jobs } from '../../../renderer/session/jobs.ts';
import { removeObjects } from '../../../renderer/session/object-removal.ts';
import type { DocumentEdit, ProjectSession } from '../../../renderer/session/project-session.ts';
import { useStudio } from '../../../renderer/session/studio-store.ts';

const calls: unknown[] = [];
const options = { growPx: 4, method: 'auto' } as const;
let jobs: Jobs;

const job = (state: JobState['state'], rest: Partial<JobState> = {}): JobState =>
  ({ jobId: 'job', state, notices: [], result: null, error: null, ...rest }) as unknown as JobState;
const client = {
  call: async (name: string, input: unknown) => {
    calls.push([name, input]);
    return job('running');
  },
} as unknown as Pick<StudioClient, 'call'>;

function project(background: string | null) {
  const own = {
    projectId: 'a',
    document: { ...emptySceneDocument(), background } as SceneDocument,
    edit(_label: string, edit: DocumentEdit) {
      own.document = edit(own.document);
    },
  };
  return { own, session: own as unknown as ProjectSession };
}

beforeEach(() => {
  calls.length = 0;
  useStudio.setState({ jobs: {} });
  jobs = new Jobs();
});

const finish = () =>
  jobs.put(
    job('done', { result: { kind: 'inpainted', image: 'empty', method: 'telea' } as JobState['result'] }),
  );

test('the picture is added to the scene in which the job was started', async () => {
  const { own, session } = project('street');
  const removed = removeObjects({ client, jobs }, session, options);
  finish();
  expect(await removed).toEqual({ image: 'empty', method: 'telea' });
  expect(calls).toEqual([
    ['prepare.removeObjects', { projectId: 'a', image: 'street', masks: [], ...options }],
  ]);
  expect(own.document).toMatchObject({ background: 'street', inpainted: 'empty' });
});

test('a background that has replaced the original keeps what it has', async () => {
  const { own, session } = project('street');
  const removed = removeObjects({ client, jobs }, session, options);
  own.document = { ...own.document, background: 'beach' };
  finish();
  await removed;
  expect(own.document).toMatchObject({ background: 'beach', inpainted: null });
});

test('nothing is requested without a background, and a cancelled job changes nothing', async () => {
  expect(await removeObjects({ client, jobs }, project(null).session, options)).toBeUndefined();
  expect(calls).toEqual([]);
  const { own, session } = project('street');
  const removed = removeObjects({ client, jobs }, session, options);
  jobs.put(job('cancelled'));
  expect(await removed).toBeUndefined();
  expect(own.document.inpainted).toBeNull();
});
