/** Scores renders with jobs of the engine; the scores are stored with the render. */

import { StudioError } from '../../contract/errors.ts';
import type { JobState } from '../../contract/jobs.ts';
import type { EncoderFolders } from '../../contract/picture-scores.ts';
import type { ProjectId } from '../../contract/project-state.ts';
import type { RenderId } from '../../contract/render-record.ts';
import type { ModelStore } from '../../models/model-store.ts';
import type { EngineSupervisor } from '../engine/engine-supervisor.ts';
import type { OpenProjects } from '../projects/open-projects.ts';
import type { RenderService } from '../renders/render-service.ts';
import type { JobRunner } from './job-runner.ts';
import { StepTimer } from './step-timer.ts';

export interface ScoreJobsDependencies {
  readonly engine: EngineSupervisor;
  readonly projects: OpenProjects;
  readonly jobs: JobRunner;
  readonly renders: Pick<RenderService, 'changed'>;
  readonly store: Pick<ModelStore, 'list'>;
}

export class ScoreJobs {
  readonly #dependencies: ScoreJobsDependencies;

  constructor(dependencies: ScoreJobsDependencies) {
    this.#dependencies = dependencies;
  }

  /**
   * Scores renders one after another: each keeps its scores, whatever happens to the next ones, and renders queued
   * meanwhile come in between.
   *
   * @throws StudioError PROJECT_UNKNOWN, PROJECT_READ_ONLY, RENDER_UNKNOWN (also for one without a picture)
   */
  start(projectId: ProjectId, renderIds: readonly RenderId[]): JobState {
    const { engine, projects, jobs, renders } = this.#dependencies;
    const file = projects.file(projectId);
    if (file.isReadOnly) {
      throw new StudioError(
        'PROJECT_READ_ONLY',
        'The project is open read-only and cannot store scores. Save it under another name first.',
      );
    }
    for (const renderId of renderIds) pictureOf(file.render(renderId));
    return jobs.start('scoreRenders', { projectId }, async ({ signal, onProgress }) => {
      const encoders = await this.#installedEncoders();
      const timer = new StepTimer();
      for (const [index, renderId] of renderIds.entries()) {
        const render = file.render(renderId);
        const { scores } = await engine.run<'scoreRender'>(
          {
            kind: 'scoreRender',
            request: render.request,
            result: pictureOf(render),
            encoders,
            known: render.scores,
          },
          {
            signal,
            readAsset: async (asset) => {
              if (!file.hasAsset(asset)) return null;
              return { name: `The picture ${asset.slice(0, 8)}`, bytes: file.readAsset(asset).bytes };
            },
            onProgress: ({ stage, step, total }) => {
              const done = { stage, step: index * total + step, total: renderIds.length * total };
              const timeLeftMs = timer.update(done, performance.now());
              onProgress({ ...done, timeLeftMs, unit: 'steps', detail: null });
            },
          },
        );
        file.changeRender(renderId, { scores });
        renders.changed(projectId, renderId);
      }
      return { kind: 'rendersScored', count: renderIds.length };
    });
  }

  /** Those of any installed pack: what measures does not depend on what renders. */
  async #installedEncoders(): Promise<EncoderFolders> {
    const components = (await this.#dependencies.store.list()).flatMap((pack) => pack.components);
    const folderOf = (part: string) =>
      components.find(({ id, state }) => id === part && state === 'installed')?.folder ?? null;
    return { clip: folderOf('text-similarity'), dinov2: folderOf('image-similarity') };
  }
}

/** @throws StudioError RENDER_UNKNOWN */
function pictureOf({ result }: { readonly result: string | null }): string {
  if (result !== null) return result;
  throw new StudioError('RENDER_UNKNOWN', 'This render has no picture to score.');
}
