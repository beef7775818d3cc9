/** Prepares a scene with jobs of the engine: results are stored in the project, and the job's result names them. */
import type {
  AssetFile,
  EngineProgress,
  EngineResultOf,
  EngineTask,
} from '../../contract/engine-messages.ts';
import type { JobKind, JobResult, JobState } from '../../contract/jobs.ts';
import type { ProjectId } from '../../contract/project-state.ts';
import type { RunControls } from '../engine/engine-session.ts';
import type { EngineSupervisor } from '../engine/engine-supervisor.ts';
import type { SceneModels } from '../models/scene-models.ts';
import type { OpenProjects } from '../projects/open-projects.ts';
import type { JobControls, JobRunner } from './job-runner.ts';
import { StepTimer } from './step-timer.ts';

type BackgroundsTask = Extract<EngineTask, { kind: 'generateBackgrounds' }>;
type BackgroundCandidate = Extract<JobResult, { kind: 'backgrounds' }>['candidates'][number];
type PrepareTask = Exclude<EngineTask, { kind: 'render' | 'scoreRender' } | BackgroundsTask>;
type PrepareKind = PrepareTask['kind'] & JobKind;

export class PrepareJobs {
  readonly #engine: EngineSupervisor;
  readonly #projects: OpenProjects;
  readonly #jobs: JobRunner;
  readonly #models: Pick<SceneModels, 'engineModel'>;

  constructor(
    engine: EngineSupervisor,
    projects: OpenProjects,
    jobs: JobRunner,
    models: Pick<SceneModels, 'engineModel'>,
  ) {
    this.#models = models;
    this.#engine = engine;
    this.#projects = projects;
    this.#jobs = jobs;
  }

  /** @throws StudioError PROJECT_UNKNOWN */
  start<Kind extends PrepareKind>(
    projectId: ProjectId,
    task: Extract<PrepareTask, { kind: Kind }>,
    toResult: (result: EngineResultOf<Kind>, put: (png: Uint8Array) => string) => JobResult,
  ): JobState {
    // Report a project that is not open at once, not as a failed job.
    this.#projects.file(projectId);
    return this.#jobs.start(task.kind, { projectId }, async (job) => {
      const result = await this.#engine.run<Kind>(task, await this.#controls(projectId, job));
      // Every kind of result has notices; TypeScript does not see that through a type parameter.
      for (const notice of (result as EngineResultOf<PrepareKind>).notices) job.onNotice(notice);
      const file = this.#projects.file(projectId);
      return file.atomically(() => toResult(result, (png) => file.putAsset(png)));
    });
  }

  /**
   * Generates backgrounds. Each is stored in the project as soon as it is finished, and stays whatever happens to the
   * others.
   *
   * @throws StudioError PROJECT_UNKNOWN
   */
  startBackgrounds(projectId: ProjectId, task: BackgroundsTask): JobState {
    this.#projects.file(projectId);
    return this.#jobs.start(task.kind, { projectId }, async (job) => {
      const candidates: BackgroundCandidate[] = [];
      // A candidate that cannot be stored ends the run: the next ones could not be stored either.
      const failure = new AbortController();
      const signal = AbortSignal.any([job.signal, failure.signal]);
      try {
        const { notices } = await this.#engine.run<BackgroundsTask['kind']>(task, {
          ...(await this.#controls(projectId, job)),
          signal,
          onCandidate: ({ png, seed }) => {
            if (signal.aborted) return;
            try {
              candidates.push({ image: this.#projects.file(projectId).putAsset(png), seed });
              job.onPartialResult({ kind: 'backgrounds', candidates: [...candidates] });
            } catch (error) {
              failure.abort(error);
            }
          },
        });
        // The engine may have finished before it learned that its last candidate could not be stored.
        failure.signal.throwIfAborted();
        for (const notice of notices) job.onNotice(notice);
      } catch (error) {
        throw failure.signal.aborted ? failure.signal.reason : error;
      }
      return { kind: 'backgrounds', candidates };
    });
  }

  async #controls(projectId: ProjectId, { signal, onProgress }: JobControls): Promise<RunControls> {
    const timer = new StepTimer();
    const { model } = this.#projects.file(projectId).document();
    return {
      signal,
      model: await this.#models.engineModel(model, signal),
      readAsset: async (asset) => this.#read(projectId, asset),
      onProgress: (progress: EngineProgress) =>
        onProgress({
          ...progress,
          timeLeftMs: timer.update(progress, performance.now()),
          unit: 'steps',
          detail: null,
        }),
    };
  }

  #read(projectId: ProjectId, asset: string): AssetFile | null {
    const file = this.#projects.file(projectId);
    if (!file.hasAsset(asset)) return null;
    return { name: `The picture ${asset.slice(0, 8)}`, bytes: file.readAsset(asset).bytes };
  }
}
