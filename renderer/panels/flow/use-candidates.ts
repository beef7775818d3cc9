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
  /** The job whose candidates were used or discarded. */
  readonly dismissedJobId: string | null;
  /** Jobs that regenerated single candidates, by the seed of the original one. */
  readonly replacements: Readonly<Record<string, string>>;
}

const NOTHING: Kept = { dismissedJobId: null, replacements: {} };

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
  const keep = (next: Kept) => {
    sessionStorage.setItem(KEPT_KEY, JSON.stringify(next));
    setKept(next);
  };
  const replacing = new Set(Object.values(kept.replacements));
  const job = Object.values(jobs).findLast(
    (one) => one.kind === 'generateBackgrounds' && one.projectId === projectId && !replacing.has(one.jobId),
  );
  const made = job?.result?.kind === 'backgrounds' && job.jobId !== kept.dismissedJobId ? job.result : null;
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
      const begun = await begin(1, randomSeed());
      keep({ ...kept, replacements: { ...kept.replacements, [originalSeed]: begun.jobId } });
      await studio.jobs.finished(begun);
    },
    /** One was used, or all were discarded. */
    dismiss: () => keep({ ...kept, dismissedJobId: job?.jobId ?? null }),
  };
}

function randomSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]!;
}
