/** Handlers of the commands on the model files of this computer. */
import type { libraryCommands } from '../../contract/commands/library-commands.ts';
import type { CommandHandlers } from '../../contract/commands.ts';
import type { JobState } from '../../contract/jobs.ts';
import type { ModelFile } from '../../contract/model-choice.ts';
import type { CommandContext } from '../dispatcher.ts';
import type { ReadControls } from '../models/model-library.ts';
import type { Services } from '../services.ts';

export function libraryHandlers({
  library,
  jobs,
}: Services): Pick<CommandHandlers<CommandContext>, keyof typeof libraryCommands> {
  const identify = (path: string, work: (controls: ReadControls) => Promise<ModelFile>): JobState =>
    jobs.start('identifyModel', {}, async ({ signal, onProgress }) => ({
      kind: 'modelIdentified',
      file: await work({
        signal,
        onRead: (step, total) =>
          onProgress({ stage: 'check', step, total, timeLeftMs: null, unit: 'bytes', detail: path }),
      }),
    }));
  return {
    'library.list': () => library.list(),
    'library.preview': async ({ path }) => ({ image: await library.preview(path) }),
    'library.identify': ({ path }) => identify(path, (controls) => library.identify(path, controls)),
    'library.find': async ({ files }) => {
      const { signal } = new AbortController();
      return (await library.find(files, { signal })).map((path) => path ?? null);
    },
    'library.locate': ({ file, path }) => identify(path, (controls) => library.locate(file, path, controls)),
    'library.add': async ({ path }) => {
      await library.add(path);
      return null;
    },
    'library.remove': async ({ path }) => {
      await library.remove(path);
      return null;
    },
  };
}
