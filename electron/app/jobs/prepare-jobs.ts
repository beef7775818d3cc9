/** Preparing a scene as jobs of the engine: what it makes goes into the project, and the job names it. */
import type {
  AssetFile,
  EngineProgress,
  EngineResult,
  EngineResultOf,
  EngineTask,
} from '../../contract/engine-messages.ts';
import type { JobKind, JobResult, JobState } from '../../contract/jobs.ts';
import type { ProjectId } from '../../contract/project-state.ts';
import type { EngineSupervisor } from '../engine/engine-supervisor.ts';
import type { OpenProjects } from '../projects/open-projects.ts';
import type { JobRunner } from './job-runner.ts';
import { StepTimer } from './step-timer.ts';

type PrepareTask = Exclude<EngineTask, { kind: 'render' }>;
type PrepareKind = PrepareTask['kind'] & JobKind;

export class PrepareJobs {
  readonly #engine: EngineSupervisor;
  readonly #projects: OpenProjects;
  readonly #jobs: JobRunner;

  constructor(engine: EngineSupervisor, projects: OpenProjects, jobs: JobRunner) {
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
    // A project that is not open is said at once, not by a failed job.
    this.#projects.file(projectId);
    return this.#jobs.start(task.kind, projectId, async ({ signal, onProgress, onNotice }) => {
      const timer = new StepTimer();
      const result = await this.#engine.run<Kind>(task, {
        signal,
        readAsset: async (asset) => this.#read(projectId, asset),
        onProgress: (progress: EngineProgress) =>
          onProgress({
            ...progress,
            timeLeftMs: timer.update(progress, performance.now()),
            unit: 'steps',
            detail: null,
          }),
      });
      // Every kind of result has them; TypeScript does not follow that through a type parameter.
      for (const notice of (result as EngineResult).notices) onNotice(notice);
      const file = this.#projects.file(projectId);
      return file.atomically(() => toResult(result, (png) => file.putAsset(png)));
    });
  }

  #read(projectId: ProjectId, asset: string): AssetFile | null {
    const file = this.#projects.file(projectId);
    if (!file.hasAsset(asset)) return null;
    return { name: `The picture ${asset.slice(0, 8)}`, bytes: file.readAsset(asset).bytes };
  }
}
