/** The program without its windows: creates every service once, for any host. */
import { join } from 'node:path';
import type { CommandHandlers, CommandName } from '../contract/commands.ts';
import type { EngineConfig } from '../contract/engine-messages.ts';
import type { ErrorCode } from '../contract/errors.ts';
import { uploadMediaType } from '../contract/picture-formats.ts';
import type { AssetId } from '../contract/render-request.ts';
import { removeStaleTemporaryFiles } from '../foundation/files/temporary-files.ts';
import type { PlatformFacts, StudioFolders } from '../foundation/folders.ts';
import { type StudioLog, studioLog } from '../foundation/log/studio-log.ts';
import type { PictureCodec } from '../foundation/pictures/picture-codec.ts';
import { PictureProcesses } from '../foundation/pictures/picture-processes.ts';
import type { ChildLauncher } from '../foundation/processes/child-process.ts';
import { readCatalogs } from '../models/catalogs.ts';
import { createModelStore } from '../models/model-store.ts';
import { findModelsFolder } from '../models/models-folder.ts';
import { PromptCounters } from '../models/prompt-counters.ts';
import { removeStaleStoreFiles } from '../models/stale-files.ts';
import { type StoreEnvironment, systemEnvironment } from '../models/store-environment.ts';
import { RecentProjects } from '../projects/recent-projects.ts';
import { type TransientAsset, TransientAssets } from './assets/transient-assets.ts';
import type { Upload } from './assets/upload.ts';
import type { CommandContext } from './dispatcher.ts';
import { type EngineLauncher, forkEngine } from './engine/engine-child.ts';
import { type EngineLog, logEngineEvents } from './engine/engine-log.ts';
import { EngineSupervisor } from './engine/engine-supervisor.ts';
import type { SupervisorLimits } from './engine/supervisor-limits.ts';
import { UnfinishedExports } from './exports/unfinished-exports.ts';
import { Farms } from './farms/farms.ts';
import { appHandlers } from './handlers/app-handlers.ts';
import { assetHandlers } from './handlers/asset-handlers.ts';
import { exportHandlers } from './handlers/export-handlers.ts';
import { farmHandlers } from './handlers/farm-handlers.ts';
import { libraryHandlers } from './handlers/library-handlers.ts';
import { modelHandlers } from './handlers/model-handlers.ts';
import { prepareHandlers } from './handlers/prepare-handlers.ts';
import { projectHandlers } from './handlers/project-handlers.ts';
import { renderHandlers } from './handlers/render-handlers.ts';
import { JobRunner } from './jobs/job-runner.ts';
import { PrepareJobs } from './jobs/prepare-jobs.ts';
import { ScoreJobs } from './jobs/score-jobs.ts';
import { logStudioEvents } from './log-studio-events.ts';
import { chooseFolder } from './models/choose-folder.ts';
import { ModelLibrary } from './models/model-library.ts';
import { PackRegistry } from './models/pack-registry.ts';
import { SceneModels } from './models/scene-models.ts';
import { OpenProjects } from './projects/open-projects.ts';
import { ProjectsFolder } from './projects/projects-folder.ts';
import { FarmJournal } from './renders/farm-journal.ts';
import { RenderService } from './renders/render-service.ts';
import type { Services, StudioHost } from './services.ts';
import { SettingsStore } from './settings/settings-store.ts';
import { type EventListener, StudioEvents } from './studio-events.ts';

export interface StudioOptions {
  readonly host: StudioHost;
  readonly facts: PlatformFacts;
  readonly folders: StudioFolders;
  /** child_process.fork by default. */
  readonly launchEngine?: EngineLauncher;
  /** Starts a picture process; child_process.fork by default. */
  readonly launchPictures?: ChildLauncher;
  readonly engineLimits?: Partial<SupervisorLimits>;
  /** Called with every start, task and end of an engine process, in addition to the log. */
  readonly engineLog?: EngineLog;
  /** The host's log, if it has opened one already; by default one in the settings folder. */
  readonly log?: StudioLog;
  /** Network and disk of the model store. */
  readonly environment?: StoreEnvironment;
}

export interface Studio {
  readonly handlers: CommandHandlers<CommandContext>;
  /** @returns unsubscribes */
  readonly listen: (listener: EventListener) => () => void;
  /** Starts receiving a file from a window; other media types than pictures are stored as bytes. */
  readonly openUpload: (mediaType: string) => Upload;
  /**
   * A picture of an open project, or one in transit; undefined if there is none.
   *
   * @throws StudioError ASSET_INVALID when all copies are damaged
   */
  readonly readAsset: (asset: AssetId) => TransientAsset | undefined;
  /** The current folder for new projects. */
  readonly projectsFolder: () => string;
  /** Process id of the engine; undefined without one. */
  readonly enginePid: () => number | undefined;
  /** Logs a failed command: only its name and the error code. */
  readonly onRefused: (command: CommandName, code: ErrorCode, durationMs: number) => void;
  /** Ends all work, closes all projects, ends the engine. */
  readonly close: () => Promise<void>;
}

/**
 * @throws StudioError PACK_INVALID when a catalogue or the setting of the models folder cannot be read
 */
export async function createStudio(options: StudioOptions): Promise<Studio> {
  const pictures = new PictureProcesses(options.launchPictures);
  const services = await createServices(options, pictures);
  const { events, projects, renders, jobs, engine, farms, library, transient, log } = services;
  const { kind, version } = options.host;
  const { platform, arch, versions } = process;
  log.info('host.started', {
    host: kind,
    version,
    platform,
    arch,
    node: versions.node,
    electron: versions.electron,
  });
  const handlers: CommandHandlers<CommandContext> = {
    ...appHandlers(services),
    ...assetHandlers(services),
    ...exportHandlers(services),
    ...farmHandlers(services),
    ...libraryHandlers(services),
    ...modelHandlers(services),
    ...prepareHandlers(services),
    ...projectHandlers(services),
    ...renderHandlers(services),
  };
  let closing: Promise<void> | undefined;
  const close = async () => {
    try {
      await jobs.cancelAll();
      await projects.closeAll();
    } finally {
      try {
        await renders.queue.settled();
        await Promise.all([engine.close(), farms.close(), library.close()]);
      } finally {
        pictures.close();
        transient.close();
        log.info('host.ended');
      }
    }
  };
  return {
    handlers,
    listen: (listener) => events.listen(listener),
    openUpload: (mediaType) => {
      // Starts the process that reads the picture while the file still arrives.
      pictures.prepare();
      return transient.openUpload(uploadMediaType(mediaType));
    },
    readAsset: (asset) => transient.get(asset) ?? projects.findAsset(asset),
    projectsFolder: () => services.projectsFolder.path,
    enginePid: () => engine.pid,
    onRefused: (command, code, durationMs) =>
      log.info('command.refused', { command, code, durationMs: Math.round(durationMs) }),
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

async function createServices(options: StudioOptions, pictures: PictureCodec): Promise<Services> {
  const { host, facts, folders, environment = systemEnvironment } = options;
  const log = options.log ?? studioLog(folders);
  const events = new StudioEvents((error, what) => log.fault(error, what));
  events.listen(logStudioEvents(log));
  await removeStaleTemporaryFiles(folders.settings, (name) => name.endsWith('.json'));
  const settings = await SettingsStore.open(folders.settings, (notice) =>
    events.emit('notice', { level: 'warning', notice }),
  );
  const unfinishedExports = new UnfinishedExports(folders.settings);
  await unfinishedExports.removeStale();
  const { folder: modelsFolder, chosenBy } = await findModelsFolder(facts);
  const catalogs = await readCatalogs(folders.bundledPacks);
  await removeStaleStoreFiles(modelsFolder, catalogs);
  const store = createModelStore({
    modelsFolder,
    catalogs,
    environment,
    hubEndpoint: facts.environment.HF_ENDPOINT || undefined,
    hubToken: facts.environment.HF_TOKEN || undefined,
  });
  const packs = new PackRegistry(folders.bundledPacks, store);
  const recent = new RecentProjects(join(folders.settings, 'recent-projects.json'));
  const isFixed = Boolean(facts.environment.PNPMIX_PROJECTS_DIR);
  const projectsFolder = new ProjectsFolder(folders.projects, isFixed, settings);
  const projects = new OpenProjects(projectsFolder, events, recent);
  const transient = new TransientAssets(folders.cache);
  await transient.removeStale();

  const engineConfig = async (): Promise<EngineConfig> => {
    const { pack, device, cacheLimitBytes, rowsAtOnce, lowMemory } = settings.current;
    const packFolder = await packs.folderOf(pack);
    return { packFolder, device, cacheFolder: folders.cache, cacheLimitBytes, rowsAtOnce, lowMemory };
  };
  const engineLimits = (): Partial<SupervisorLimits> => {
    const { releaseModelsAfterMinutes } = settings.current;
    const idleMs =
      releaseModelsAfterMinutes === 0 ? Number.POSITIVE_INFINITY : releaseModelsAfterMinutes * 60_000;
    return { idleMs, ...options.engineLimits };
  };
  const logInFile = logEngineEvents(log);
  const engine = new EngineSupervisor({
    launch: options.launchEngine ?? (() => forkEngine()),
    config: await engineConfig(),
    limits: engineLimits(),
    onStatus: (status) => events.emit('engine.changed', status),
    log: (event) => {
      logInFile(event);
      options.engineLog?.(event);
    },
  });
  let applying: Promise<void> = Promise.resolve();
  /** One after another, so that the last one applies the latest settings. */
  const applySettings = () => {
    const applied = applying.then(async () => engine.configure(await engineConfig(), engineLimits()));
    applying = applied.catch(() => undefined);
    return applied;
  };

  const library = new ModelLibrary({
    facts,
    cacheFolder: folders.cache,
    places: () => settings.current.modelPlaces,
    changePlaces: async (change) => {
      await settings.change(({ modelPlaces }) => ({ modelPlaces: [...change(modelPlaces)] }));
      events.emit('settings.changed', settings.current);
    },
    pictures,
    transient,
    onChange: () => events.emit('library.changed', {}),
  });
  const sceneModels = new SceneModels(library, () => packs.componentsFolder());
  const jobs = new JobRunner(events);
  const farms = new Farms(folders.settings, events);
  const renders = new RenderService({
    engine,
    farms,
    journal: new FarmJournal(folders.settings),
    models: sceneModels,
    projects,
    transient,
    pictures,
    events,
    packId: () => settings.current.pack,
    renderOn: () => settings.current.renderOn,
  });
  projects.onClosing = async (projectId) => {
    // Again for what is begun while the last render or job comes to its end.
    do {
      await Promise.all([renders.queue.cancelProject(projectId), jobs.cancelAll(projectId)]);
    } while (renders.queue.ofProject(projectId).length > 0 || jobs.isBusyWith(projectId));
  };
  return {
    host,
    facts,
    folders,
    log,
    events,
    settings,
    unfinishedExports,
    applySettings,
    recent,
    writtenFiles: new Set(),
    projects,
    projectsFolder,
    transient,
    pictures,
    engine,
    farms,
    renders,
    jobs,
    prepare: new PrepareJobs(engine, projects, jobs, sceneModels),
    scores: new ScoreJobs({ engine, projects, jobs, renders, store }),
    store,
    packs,
    promptCounters: new PromptCounters(),
    library,
    sceneModels,
    modelsFolder: { chosenBy, choose: (folder) => chooseFolder(facts, chosenBy, folder) },
  };
}
