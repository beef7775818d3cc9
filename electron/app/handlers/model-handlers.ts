/** Handlers of the commands on model packs and on the engine. */

import type { modelCommands } from '../../contract/commands/model-commands.ts';
import type { CommandHandlers } from '../../contract/commands.ts';
import { NO_CHOICE } from '../../contract/model-choice.ts';
import type { StoreProgress } from '../../models/store-progress.ts';
import type { CommandContext } from '../dispatcher.ts';
import type { JobControls } from '../jobs/job-runner.ts';
import type { Services } from '../services.ts';

export function modelHandlers({
  store,
  packs,
  jobs,
  engine,
  settings,
  applySettings,
  promptCounters,
  projects,
  sceneModels,
}: Services): Pick<CommandHandlers<CommandContext>, keyof typeof modelCommands> {
  /** The engine has to reopen a pack whose components changed: its capabilities may have changed too. */
  const applyChangeOf = async (packId: string) => {
    promptCounters.forget();
    await applySettings();
    if (packId === settings.current.pack) engine.reopen();
  };
  return {
    'models.list': async () => ({
      modelsFolder: store.modelsFolder,
      freeBytes: (await store.freeBytes()) ?? null,
      packs: await packs.list(),
    }),
    'models.licences': async ({ packId, components }) => [
      ...(await store.licencesToAccept(packId, components)),
    ],
    'models.pull': ({ packId, components, acceptedLicences }) =>
      jobs.start('pullModels', { packId }, async (controls) => {
        const pulled = await store.pull(packId, { ...storeControls(controls), components, acceptedLicences });
        await applyChangeOf(packId);
        return { kind: 'modelsPulled', ...pulled };
      }),
    'models.verify': ({ packId, components, quick, repair }) =>
      jobs.start('verifyModels', { packId }, async (controls) => {
        const options = { ...storeControls(controls), components };
        const verified = await store.verify(packId, { ...options, quick });
        const damaged = verified.filter(({ state }) => state === 'missing' || state === 'changed');
        if (!repair || damaged.length === 0) return { kind: 'modelsVerified', files: verified.map(describe) };
        await store.repair(packId, damaged, storeControls(controls));
        await applyChangeOf(packId);
        const again = await store.verify(packId, { ...options, quick });
        return { kind: 'modelsVerified', files: again.map(describe) };
      }),
    'models.import': ({ packId, components, folder, mode }) =>
      jobs.start('importModels', { packId }, async (controls) => {
        const { files, ownFiles } = await store.import(packId, folder, {
          ...storeControls(controls),
          components,
          mode,
        });
        await applyChangeOf(packId);
        return { kind: 'modelsImported', files: files.length, ownFiles: [...ownFiles] };
      }),
    'models.remove': ({ packId, components }) =>
      jobs.start('removeModels', { packId }, async (controls) => {
        // Windows cannot remove a file that a process has open.
        engine.release();
        const { kept, ...removed } = await store.remove(packId, { ...storeControls(controls), components });
        await applyChangeOf(packId);
        return { kind: 'modelsRemoved', ...removed, kept: [...kept] };
      }),
    'prompt.tokens': async ({ text, projectId }) => {
      const choice = projectId === undefined ? undefined : projects.file(projectId).document().model;
      const { packFolder, embeddings } = await sceneModels.engineModel(
        // Other files do not change the tokens.
        choice?.checkpoint ? { ...NO_CHOICE, checkpoint: choice.checkpoint } : undefined,
        new AbortController().signal,
      );
      const folder = packFolder ?? (await packs.folderOf(settings.current.pack));
      const { chunks, ...counted } = await promptCounters.count(folder, text, embeddings);
      return { ...counted, chunks: [...chunks] };
    },
    'engine.status': () => engine.status,
    'engine.start': async ({ projectId }) => {
      const signal = new AbortController().signal;
      const model =
        projectId === undefined
          ? undefined
          : await sceneModels.engineModel(projects.file(projectId).document().model, signal);
      await engine.open(signal, model);
      return engine.status;
    },
    'engine.release': () => {
      engine.release();
      return engine.status;
    },
  };
}

function storeControls({ signal, onProgress, onNotice }: JobControls) {
  return {
    signal,
    onNotice,
    onProgress: ({ stage, file, bytesDone, bytesTotal, secondsLeft }: StoreProgress) =>
      onProgress({
        stage,
        step: bytesDone,
        total: bytesTotal === 0 ? null : bytesTotal,
        timeLeftMs: secondsLeft === null ? null : secondsLeft * 1000,
        unit: 'bytes',
        detail: file,
      }),
  };
}

function describe<
  File extends { readonly component: string; readonly path: string; readonly state: string },
>({ component, path, state }: File): { component: string; path: string; state: File['state'] } {
  return { component, path, state };
}
