/** The services that handlers use, created once by {@link file://./studio.ts}. */

import type { ExportFormat } from '../contract/export-formats.ts';
import type { PlatformFacts, StudioFolders } from '../foundation/folders.ts';
import type { StudioLog } from '../foundation/log/studio-log.ts';
import type { PictureCodec } from '../foundation/pictures/picture-codec.ts';
import type { ModelStore } from '../models/model-store.ts';
import type { ModelsFolder } from '../models/models-folder.ts';
import type { PromptCounters } from '../models/prompt-counters.ts';
import type { RecentProjects } from '../projects/recent-projects.ts';
import type { TransientAssets } from './assets/transient-assets.ts';
import type { EngineSupervisor } from './engine/engine-supervisor.ts';
import type { UnfinishedExports } from './exports/unfinished-exports.ts';
import type { Farms } from './farms/farms.ts';
import type { JobRunner } from './jobs/job-runner.ts';
import type { PrepareJobs } from './jobs/prepare-jobs.ts';
import type { ScoreJobs } from './jobs/score-jobs.ts';
import type { ModelLibrary } from './models/model-library.ts';
import type { PackRegistry } from './models/pack-registry.ts';
import type { SceneModels } from './models/scene-models.ts';
import type { OpenProjects } from './projects/open-projects.ts';
import type { ProjectsFolder } from './projects/projects-folder.ts';
import type { RenderService } from './renders/render-service.ts';
import type { SettingsStore } from './settings/settings-store.ts';
import type { StudioEvents } from './studio-events.ts';

/** The system's dialogs, if the host has them. A path is null when the dialog was dismissed. */
export interface HostDialogs {
  openProject(clientId: string): Promise<string | null>;
  saveProject(clientId: string, suggestedName?: string): Promise<string | null>;
  saveExport(clientId: string, format: ExportFormat, suggestedName?: string): Promise<string | null>;
  chooseFolder(clientId: string, title: string): Promise<string | null>;
  /** Moves a file to the system's trash. */
  trash(path: string): Promise<void>;
  /** Shows a file in the system's file manager. */
  reveal(clientId: string, path: string): Promise<void>;
}

/** Facts that only the host knows. */
export interface StudioHost {
  readonly kind: 'electron' | 'browser';
  readonly version: string;
  readonly dialogs: HostDialogs | null;
}

export interface Services {
  readonly host: StudioHost;
  readonly facts: PlatformFacts;
  readonly folders: StudioFolders;
  readonly log: StudioLog;
  readonly events: StudioEvents;
  readonly settings: SettingsStore;
  readonly unfinishedExports: UnfinishedExports;
  /** Matches the engine to the settings and the installed packs. */
  readonly applySettings: () => Promise<void>;
  readonly recent: RecentProjects;
  readonly projects: OpenProjects;
  readonly projectsFolder: ProjectsFolder;
  /** Paths of the files exported since the start. */
  readonly writtenFiles: Set<string>;
  readonly transient: TransientAssets;
  readonly pictures: PictureCodec;
  readonly engine: EngineSupervisor;
  readonly farms: Farms;
  readonly renders: RenderService;
  readonly jobs: JobRunner;
  readonly prepare: PrepareJobs;
  readonly scores: ScoreJobs;
  readonly store: ModelStore;
  readonly packs: PackRegistry;
  readonly promptCounters: PromptCounters;
  readonly library: ModelLibrary;
  readonly sceneModels: SceneModels;
  readonly modelsFolder: {
    readonly chosenBy: ModelsFolder['chosenBy'];
    /** @throws StudioError HOST_UNSUPPORTED, PARAMETER_INVALID, FOLDER_UNWRITABLE, DISK_FULL */
    readonly choose: (folder: string) => Promise<void>;
  };
}
