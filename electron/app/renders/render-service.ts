/** Queues renders of documents, and stores finished ones in their projects. */

import { randomUUID } from 'node:crypto';
import type { Failure } from '../../contract/command.ts';
import { documentRequest } from '../../contract/document-request.ts';
import { withEmbeddings } from '../../contract/embedding-names.ts';
import type { AssetFile, EngineResultOf } from '../../contract/engine-messages.ts';
import { StudioError } from '../../contract/errors.ts';
import { packOfChoice } from '../../contract/model-choice.ts';
import { notice } from '../../contract/notices.ts';
import type { ProjectId } from '../../contract/project-state.ts';
import {
  type RenderGroup,
  type RenderId,
  type RenderRecord,
  type RenderSummary,
  sweepCellOf,
} from '../../contract/render-record.ts';
import { type AssetId, type RenderRequest, UNKNOWN_WEIGHTS } from '../../contract/render-request.ts';
import type { SceneDocument } from '../../contract/scene-document.ts';
import type { PictureCodec } from '../../foundation/pictures/picture-codec.ts';
import type { TransientAssets } from '../assets/transient-assets.ts';
import type { EngineModel } from '../engine/engine-session.ts';
import type { EngineSupervisor } from '../engine/engine-supervisor.ts';
import type { Farms } from '../farms/farms.ts';
import type { SceneModels } from '../models/scene-models.ts';
import type { OpenProjects } from '../projects/open-projects.ts';
import { asFailure } from '../studio-error.ts';
import type { StudioEvents } from '../studio-events.ts';
import type { FarmJournal } from './farm-journal.ts';
import type { QueuedRender, QueueObserver, RenderEnd } from './queued-render.ts';
import { hasRender } from './render-changes.ts';
import { RenderQueue } from './render-queue.ts';
import { keptRecord, keptSummary, queuedRecord, queuedSummary } from './render-views.ts';

export interface RenderServiceDependencies {
  readonly engine: EngineSupervisor;
  readonly projects: OpenProjects;
  readonly transient: TransientAssets;
  readonly pictures: Pick<PictureCodec, 'thumbnail'>;
  readonly events: StudioEvents;
  readonly farms: Pick<Farms, 'packFor' | 'render'>;
  readonly journal: FarmJournal;
  readonly models: Pick<SceneModels, 'engineModel'>;
  /** The pack of the settings, used for renders. */
  readonly packId: () => string;
  /** The farm of the settings; null: this computer. */
  readonly renderOn: () => string | null;
}

/** One render to queue. */
export interface RenderOrder {
  readonly document: SceneDocument;
  readonly sweep: RenderGroup | null;
}

/** How many cancelled renders are written at once, before yielding to other commands. */
const KEPT_AT_ONCE = 50;

/** Longest sentence of a failure that a project stores. */
const MAX_MESSAGE_LENGTH = 4000;

export class RenderService {
  readonly queue: RenderQueue;
  readonly #dependencies: RenderServiceDependencies;
  readonly #documents = new WeakMap<QueuedRender, SceneDocument>();

  constructor(dependencies: RenderServiceDependencies) {
    this.#dependencies = dependencies;
    const { engine, transient, events, farms } = dependencies;
    const observer: QueueObserver = {
      onQueueChanged: (state) => events.emit('queue.changed', state),
      onStarted: (render) => this.#emit(render.projectId, queuedSummary(render, 'running')),
      onProgress: ({ projectId, renderId }, progress, timeLeftMs) =>
        events.emit('render.progress', { projectId, renderId, ...progress, timeLeftMs }),
      onPreview: ({ projectId, renderId }, { png, ...preview }) =>
        events.emit('render.preview', {
          projectId,
          renderId,
          image: transient.put(png, 'image/png'),
          ...preview,
        }),
      onEnded: (render, end) => this.#ended(render, end),
      onDropped: (renders, isDiscarded) => this.#dropped(renders, isDiscarded),
      onFault: (error) => {
        events.emit('notice', {
          level: 'error',
          notice: notice('QUEUE_FAULT', { failure: asFailure(error) }),
        });
      },
    };
    this.queue = new RenderQueue(engine, observer, farms);
  }

  /**
   * Queues renders of one project without waiting for an engine: if the pack cannot be opened, the render fails.
   *
   * @param options renderOn: name of a farm; null: this computer; undefined: as in the settings
   * @throws StudioError DOCUMENT_INCOMPLETE naming what is missing, PROJECT_READ_ONLY, PROJECT_UNKNOWN
   */
  enqueue(
    projectId: ProjectId,
    orders: readonly RenderOrder[],
    { atFront = false, renderOn }: { atFront?: boolean; renderOn?: string | null | undefined } = {},
  ): RenderSummary[] {
    const file = this.#dependencies.projects.file(projectId);
    if (file.isReadOnly) {
      throw new StudioError(
        'PROJECT_READ_ONLY',
        'The project is open read-only and cannot store a render. Save it under another name first.',
      );
    }
    const projectName = file.title();
    const farm = renderOn === undefined ? this.#dependencies.renderOn() : renderOn;
    const renders = orders.map(({ document, sweep }) => {
      const known = this.#dependencies.engine.knownSettingsPack?.identity;
      const pack = known ?? { id: this.#dependencies.packId(), version: '', weights: UNKNOWN_WEIGHTS };
      const request = completeRequest(document, packOfChoice(document.model, pack));
      const place = { renderId: randomUUID(), createdAt: new Date().toISOString(), projectId, projectName };
      return this.#queueable(document, request, { ...place, farm, sweep, isResumed: false });
    });
    const summaries = renders.map((render) => queuedSummary(render, 'queued'));
    for (const summary of summaries) this.#emit(projectId, summary);
    this.queue.enqueue(renders, atFront);
    return summaries;
  }

  /**
   * Asks farms for the renders that were on them when a host ended without storing them.
   *
   * @throws StudioError PROJECT_UNKNOWN
   */
  async resume(projectId: ProjectId): Promise<void> {
    const { projects, journal } = this.#dependencies;
    const file = projects.file(projectId);
    if (file.isReadOnly) return;
    const resumed: QueuedRender[] = [];
    for (const entry of await journal.of(file.path, Date.now())) {
      const { renderId, createdAt, farm, sweep, document, request } = entry;
      // The host ended between storing the result and forgetting the render.
      if (hasRender(file, renderId)) journal.forget(renderId);
      else if (this.#queued(projectId, renderId) === undefined) {
        const place = { renderId, createdAt, projectId, projectName: file.title(), farm, sweep };
        resumed.push(this.#queueable(document, request, { ...place, isResumed: true }));
      }
    }
    for (const render of resumed) this.#emit(projectId, queuedSummary(render, 'queued'));
    if (resumed.length > 0) this.queue.enqueue(resumed);
  }

  /** Follows a project that goes on at another path. @throws StudioError FOLDER_UNWRITABLE, DISK_FULL */
  async follow(fromPath: string, toPath: string): Promise<void> {
    await this.#dependencies.journal.move(fromPath, toPath);
  }

  #queueable(
    document: SceneDocument,
    made: RenderRequest,
    place: Omit<QueuedRender, 'request' | 'complete' | 'readAsset'>,
  ): QueuedRender {
    const { renderId, createdAt, projectId, farm, sweep } = place;
    const { engine, farms, journal, models, projects } = this.#dependencies;
    let request = made;
    let model: EngineModel | undefined;
    const render: QueuedRender = {
      ...place,
      get request() {
        return request;
      },
      get model() {
        return model;
      },
      complete: async (signal) => {
        if (farm !== null) {
          request = { ...request, pack: await farms.packFor(farm, request.pack) };
          const projectPath = projects.file(projectId).path;
          await journal.note({ renderId, createdAt, farm, sweep, document, request, projectPath });
          return request;
        }
        model = await models.engineModel(document.model, signal);
        if (request.pack.weights === UNKNOWN_WEIGHTS || model.embeddings !== undefined) {
          const { pack } = await engine.open(signal, model);
          const known = { ...request, pack: packOfChoice(document.model, pack.identity) };
          request = withEmbeddings(known, pack.embeddings);
        }
        return request;
      },
      readAsset: async (asset) => this.#readAsset(projectId, asset),
    };
    this.#documents.set(render, document);
    return render;
  }

  /** @throws StudioError RENDER_UNKNOWN, PROJECT_UNKNOWN */
  get(projectId: ProjectId, renderId: RenderId): RenderRecord {
    const queued = this.#queued(projectId, renderId);
    if (queued === undefined) return keptRecord(this.#dependencies.projects.file(projectId).render(renderId));
    return queuedRecord(queued, this.queue.isRunning(renderId) ? 'running' : 'queued');
  }

  /**
   * The renders of a sweep.
   *
   * @param wanted by default the newest one
   * @throws StudioError PROJECT_UNKNOWN
   */
  sweep(projectId: ProjectId, wanted?: string): { sweepId: string; renders: RenderSummary[] } | null {
    const file = this.#dependencies.projects.file(projectId);
    const underWay = this.queue.ofProject(projectId);
    // Queued and running renders are newer than all finished ones, unless they were queued first.
    const kept = file.renders({ sweep: wanted ?? 'newest' });
    const sweepIdOf = (render: { readonly sweep: RenderGroup | null } | undefined) =>
      render && sweepCellOf(render)?.sweepId;
    const newest = underWay.findLast((render) => sweepCellOf(render) !== null) ?? kept[0];
    const sweepId = wanted ?? sweepIdOf(newest);
    if (sweepId === undefined) return null;
    const ended = sweepIdOf(kept[0]) === sweepId ? kept : file.renders({ sweep: sweepId });
    const queued = underWay
      .filter((render) => sweepIdOf(render) === sweepId)
      .map((render) => queuedSummary(render, this.queue.isRunning(render.renderId) ? 'running' : 'queued'));
    const renders = [...ended.map(keptSummary), ...queued];
    return renders.length > 0 ? { sweepId, renders } : null;
  }

  /** The document that a render was made from. @throws StudioError RENDER_UNKNOWN, PROJECT_UNKNOWN */
  document(projectId: ProjectId, renderId: RenderId): SceneDocument {
    const queued = this.#queued(projectId, renderId);
    const document =
      queued === undefined
        ? this.#dependencies.projects.file(projectId).render(renderId).document
        : this.#documents.get(queued);
    if (document) return document;
    throw new StudioError('RENDER_UNKNOWN', 'The project does not have the scene of this render.');
  }

  /** Emits a change of a stored render. */
  changed(projectId: ProjectId, renderId: RenderId): RenderSummary {
    const summary = keptSummary(this.#dependencies.projects.file(projectId).foundRender(renderId));
    this.#emit(projectId, summary);
    return summary;
  }

  #queued(projectId: ProjectId, renderId: RenderId): QueuedRender | undefined {
    return this.queue.ofProject(projectId).find((render) => render.renderId === renderId);
  }

  #readAsset(projectId: ProjectId, asset: AssetId): AssetFile | null {
    const file = this.#dependencies.projects.file(projectId);
    if (!file.hasAsset(asset)) return null;
    return { name: `The picture ${asset.slice(0, 8)}`, bytes: file.readAsset(asset).bytes };
  }

  #emit(projectId: ProjectId, render: RenderSummary): void {
    this.#dependencies.events.emit('render.changed', { projectId, render });
  }

  async #ended(render: QueuedRender, end: RenderEnd): Promise<void> {
    await this.#store(render, end);
    if (render.farm !== null) this.#dependencies.journal.forget(render.renderId);
  }

  async #store(render: QueuedRender, end: RenderEnd): Promise<void> {
    const { projectId } = render;
    if (end.state === 'cancelled' && end.isDiscarded) {
      this.#emit(projectId, { ...queuedSummary(render, 'cancelled'), isDeleted: true });
      return;
    }
    try {
      const summary =
        end.state === 'done'
          ? await this.#keep(render, end.result)
          : this.#keepFailure(render, end.state === 'cancelled' ? cancelled() : end.error);
      this.#emit(projectId, summary);
    } catch (error) {
      this.#couldNotKeep(render, end, error);
    }
  }

  /** Stores renders cancelled while queued: one write for many, yielding to other commands in between. */
  async #dropped(renders: readonly QueuedRender[], isDiscarded: boolean): Promise<void> {
    if (isDiscarded) {
      for (const render of renders) {
        this.#emit(render.projectId, { ...queuedSummary(render, 'cancelled'), isDeleted: true });
      }
      return;
    }
    for (const [projectId, ofProject] of Map.groupBy(renders, (render) => render.projectId)) {
      for (let first = 0; first < ofProject.length; first += KEPT_AT_ONCE) {
        const some = ofProject.slice(first, first + KEPT_AT_ONCE);
        try {
          const file = this.#dependencies.projects.file(projectId);
          const kept = file.atomically(() => some.map((render) => this.#keepFailure(render, cancelled())));
          for (const summary of kept) this.#emit(projectId, summary);
        } catch (error) {
          const failure = asFailure(error);
          this.#noticeUnkept(failure);
          for (const render of some) {
            this.#emit(projectId, { ...queuedSummary(render, 'cancelled'), error: failure });
          }
        }
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
  }

  async #keep(render: QueuedRender, result: EngineResultOf<'render'>): Promise<RenderSummary> {
    const { png, frame, device, timingsMs, totalMs, peakMemoryBytes, unetMs, unetRows, notices } = result;
    const thumbnail = await this.#dependencies.pictures.thumbnail(png, 'The picture of the render', 'webp');
    const file = this.#dependencies.projects.file(render.projectId);
    return file.atomically(() =>
      keptSummary(
        file.addRender({
          ...this.#common(render),
          result: file.putAsset(png),
          thumbnail: file.putAsset(thumbnail),
          failure: null,
          frame,
          device,
          timingsMs,
          totalMs,
          peakMemoryBytes,
          metrics: { unetMs, unetRows },
          notices,
        }),
      ),
    );
  }

  #keepFailure(render: QueuedRender, error: StudioError): RenderSummary {
    const file = this.#dependencies.projects.file(render.projectId);
    return keptSummary(
      file.addRender({
        ...this.#common(render),
        result: null,
        thumbnail: null,
        failure: { code: error.code, message: error.message.slice(0, MAX_MESSAGE_LENGTH) },
        device: render.farm === null ? this.#dependencies.engine.status.device : null,
        timingsMs: {},
        totalMs: 0,
      }),
    );
  }

  #common(render: QueuedRender) {
    const { renderId: id, request, sweep } = render;
    return { id, request, sweep, document: this.#documents.get(render) ?? null };
  }

  /** A full disk must not lose the picture: it stays available until the program ends. */
  #couldNotKeep(render: QueuedRender, end: RenderEnd, error: unknown): void {
    const failure = asFailure(error);
    const result =
      end.state === 'done' ? this.#dependencies.transient.put(end.result.png, 'image/png') : null;
    this.#noticeUnkept(failure);
    const state = end.state === 'cancelled' ? 'cancelled' : 'failed';
    this.#emit(render.projectId, { ...queuedSummary(render, state), result, error: failure });
  }

  #noticeUnkept(failure: Failure): void {
    this.#dependencies.events.emit('notice', {
      level: 'error',
      notice: notice('RENDER_NOT_STORED', { failure }),
    });
  }
}

function cancelled(): StudioError {
  return new StudioError('CANCELLED', 'The render was cancelled.');
}

/** @throws StudioError DOCUMENT_INCOMPLETE with everything that is missing */
function completeRequest(document: SceneDocument, pack: RenderRequest['pack']): RenderRequest {
  const made = documentRequest(document, pack);
  if (made.complete) return made.request;
  throw new StudioError('DOCUMENT_INCOMPLETE', made.missing.map(({ sentence }) => sentence).join(' '));
}
