/**
 * The background candidates of the project. The host keeps their jobs, so that they reappear when the page is
 * reloaded, even during generation; the tab remembers which ones were regenerated, used or discarded.
 */
import { useMemo, useState } from 'react';
import type { JobState } from '../../../electron/contract/jobs.ts';
import { type Candidate, withReplacements } from '../../editor/candidate-staging.ts';
import { readPrepareSettings } from '../../session/prepare-settings.ts';
import { useStudioActions } from '../../session/studio-context.ts';
import { useStudio } from '../../session/studio-store.ts';

export const CANDIDATE_COUNT = 4;
const KEPT_KEY = 'background-candidates';

interface Kept {
  /** The jobs whose candidates were used or discarded, of any project. */
  readonly dismissedJobIds: readonly string[];
  /** Jobs that regenerated single candidates, by the seed of the original one. */
  readonly replacements: Readonly<Record<string, string>>;
}

const NOT_HELD = { jobId: undefined, questions: 0 };
const NOTHING: Kept = { dismissedJobIds: [], replacements: {} };

function readKept(): Kept {
  const text = sessionStorage.getItem(KEPT_KEY);
  return text === null ? NOTHING : { ...NOTHING, ...(JSON.parse(text) as Kept) };
}

function isUnderWay(job: JobState | undefined): boolean {
  return job !== undefined && ['waiting', 'running'].includes(job.state);
}

export function useCandidates() {
  const studio = useStudioActions();
  const jobs = useStudio((state) => state.jobs);
  const projectId = useStudio((state) => state.project?.state.projectId);
  const [kept, setKept] = useState(readKept);
  const keep = (change: (before: Kept) => Partial<Kept>) => {
    // As it is now: another candidate may have been regenerated since the page was drawn.
    const before = readKept();
    const next = { ...before, ...change(before) };
    sessionStorage.setItem(KEPT_KEY, JSON.stringify(next));
    setKept(next);
  };
  /** While single ones are asked for: the host tells of such a job before it answers that it is one. */
  const [held, setHeld] = useState<{ readonly jobId: string | undefined; readonly questions: number }>(
    NOT_HELD,
  );
  const replacing = new Set(Object.values(kept.replacements));
  const newest = Object.values(jobs).findLast(
    (one) => one.kind === 'generateBackgrounds' && one.projectId === projectId && !replacing.has(one.jobId),
  );
  const heldJob = held.questions > 0 && held.jobId !== undefined ? jobs[held.jobId] : undefined;
  const job = heldJob?.projectId === projectId ? heldJob : newest;
  const made =
    job?.result?.kind === 'backgrounds' && !kept.dismissedJobIds.includes(job.jobId) ? job.result : null;
  const replacingOf = (seed: number): JobState | undefined => jobs[kept.replacements[String(seed)] ?? ''];
  // biome-ignore lint/correctness/useExhaustiveDependencies: replacingOf changes with the jobs and with what is kept.
  const candidates = useMemo(
    () =>
      withReplacements(made?.candidates ?? [], (seed): Candidate | undefined => {
        const result = replacingOf(seed)?.result;
        return result?.kind === 'backgrounds' ? result.candidates[0] : undefined;
      }),
    [made, jobs, kept],
  );

  const begin = (count: number, seed: number) => {
    const { engine, settings } = useStudio.getState();
    const { negativePrompt } = readPrepareSettings(settings.editor.prepare);
    return studio.client.call('prepare.generateBackgrounds', {
      projectId: studio.projectId,
      prompt: studio.session.document.prompt,
      negativePrompt: engine?.pack?.capabilities.negativePrompt ? negativePrompt : '',
      count,
      seed,
    });
  };
  return {
    candidates,
    /** The running job that generates all of them. */
    generating: isUnderWay(job) ? job : undefined,
    isReplacing: (originalSeed: number) => isUnderWay(replacingOf(originalSeed)),
    generate: async () => {
      const seed = randomSeed();
      const begun = await begin(CANDIDATE_COUNT, seed - (seed % CANDIDATE_COUNT));
      await studio.jobs.finished(begun);
    },
    regenerate: async (originalSeed: number) => {
      setHeld(({ questions }) => ({ jobId: job?.jobId, questions: questions + 1 }));
      let begun: JobState;
      try {
        begun = await begin(1, randomSeed());
        const { jobId } = begun;
        keep(({ replacements }) => ({ replacements: { ...replacements, [originalSeed]: jobId } }));
      } finally {
        setHeld((before) => ({ ...before, questions: before.questions - 1 }));
      }
      await studio.jobs.finished(begun);
    },
    /** One was used, or all were discarded. */
    dismiss: () =>
      keep(({ dismissedJobIds }) => ({
        dismissedJobIds: job === undefined ? dismissedJobIds : [...dismissedJobIds, job.jobId],
      })),
  };
}

function randomSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]!;
}
