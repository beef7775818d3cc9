// @vitest-environment happy-dom
/** Candidates for the background while single ones are regenerated: the others keep their places. */
import { act, createElement } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { JobState } from '../../../../electron/contract/jobs.ts';
import { useCandidates } from '../../../../renderer/panels/flow/use-candidates.ts';
import type { ProjectView } from '../../../../renderer/session/project-session.ts';
import type { Studio } from '../../../../renderer/session/studio.ts';
import { StudioContext } from '../../../../renderer/session/studio-context.ts';
import { useStudio } from '../../../../renderer/session/studio-store.ts';

let answers: ((job: JobState) => void)[];
let staged: ReturnType<typeof useCandidates>;
let root: Root;

const jobOf = (jobId: string, images: readonly string[] | null): JobState => ({
  jobId,
  kind: 'generateBackgrounds',
  projectId: 'open',
  packId: null,
  state: images === null ? 'waiting' : 'done',
  progress: null,
  result: images && {
    kind: 'backgrounds',
    candidates: images.map((image, index) => ({ image, seed: Number(jobId) + index })),
  },
  error: null,
  notices: [],
});
/** A host's event. */
const put = (job: JobState) =>
  act(async () => useStudio.setState(({ jobs }) => ({ jobs: { ...jobs, [job.jobId]: job } })));
const images = () => staged.candidates.map(({ image }) => image);

function Strip(): null {
  staged = useCandidates();
  return null;
}

beforeEach(async () => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  sessionStorage.clear();
  answers = [];
  const studio = {
    projectId: 'open',
    session: { document: { prompt: 'a street' } },
    client: { call: () => new Promise((resolve) => answers.push(resolve)) },
    jobs: { finished: async () => undefined },
  } as unknown as Studio;
  useStudio.setState({
    jobs: { 100: jobOf('100', ['a', 'b', 'c']) },
    project: { state: { projectId: 'open' } } as unknown as ProjectView,
  });
  root = createRoot(document.createElement('div'));
  await act(async () => root.render(createElement(StudioContext, { value: studio }, createElement(Strip))));
});

afterEach(async () => {
  await act(async () => root.unmount());
  useStudio.setState(useStudio.getInitialState());
  sessionStorage.clear();
});

test('they stay while the host has told of the job, but has not answered yet', async () => {
  const seen: string[][] = [];
  let regenerated: Promise<void> | undefined;
  act(() => {
    regenerated = staged.regenerate(101);
  });
  await put(jobOf('200', null));
  seen.push(images());
  await act(async () => answers[0]!(jobOf('200', null)));
  await regenerated;
  seen.push(images());
  await put(jobOf('200', ['new b']));
  seen.push(images());
  expect(seen).toEqual([
    ['a', 'b', 'c'],
    ['a', 'b', 'c'],
    ['a', 'new b', 'c'],
  ]);
});

test('of two that are asked for before the first is answered, both are replaced', async () => {
  let both: Promise<unknown> | undefined;
  act(() => {
    both = Promise.all([staged.regenerate(100), staged.regenerate(102)]);
  });
  await act(async () => answers[0]!(jobOf('200', null)));
  await put(jobOf('200', ['new a']));
  await put(jobOf('300', null));
  expect(images()).toEqual(['new a', 'b', 'c']);
  await act(async () => answers[1]!(jobOf('300', null)));
  await both;
  await put(jobOf('300', ['new c']));
  expect(images()).toEqual(['new a', 'b', 'new c']);
});

test('all are replaced when all are generated', async () => {
  const generated = staged.generate();
  await put(jobOf('200', null));
  expect(images()).toEqual([]);
  await act(async () => answers[0]!(jobOf('200', null)));
  await generated;
  await put(jobOf('200', ['x', 'y']));
  expect(images()).toEqual(['x', 'y']);
});

test('those that were used stay away, whatever is used in another project since', async () => {
  act(() => staged.dismiss());
  expect(images()).toEqual([]);
  const show = (projectId: string) =>
    act(async () => useStudio.setState({ project: { state: { projectId } } as unknown as ProjectView }));
  await show('other');
  await put({ ...jobOf('500', ['y']), projectId: 'other' });
  expect(images()).toEqual(['y']);
  act(() => staged.dismiss());
  await show('open');
  expect(images()).toEqual([]);
});
