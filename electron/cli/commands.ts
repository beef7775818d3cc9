/** The commands of the command line. Each is loaded only to run it: `serve` and `models` need no models in memory. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { StudioError } from '../contract/errors.ts';
import type { Command, CommandEntry } from '../foundation/command-line/command.ts';

export const commands: readonly CommandEntry[] = [
  {
    name: 'start',
    summary: 'Opens the program in its own window, or in a browser tab.',
    load: async () => (await import('../serve/start-command.ts')).startCommand,
  },
  {
    name: 'serve',
    summary: 'Serves the program to a browser.',
    load: async () => (await import('../serve/serve-command.ts')).serveCommand,
  },
  {
    name: 'demo',
    summary: 'Composes two of the starter pack’s scenes, one for each mode, with a sheet of their inputs.',
    load: async (args) => {
      await startEngineUnless(args, ['--help', '-h']);
      return (await import('./demo.ts')).demoCommand;
    },
  },
  {
    name: 'compose',
    summary: 'Composes a scene into a picture.',
    load: async (args) => {
      // These run it in this process, or elsewhere.
      await startEngineUnless(args, ['--help', '-h', '--trace', '--farm']);
      return (await import('./compose.ts')).composeCommand;
    },
  },
  {
    name: 'models',
    summary: 'Lists, downloads, checks, imports and removes model packs.',
    load: async () => {
      const [{ modelsCommands }, { processSurroundings }] = await Promise.all([
        import('./models.ts'),
        import('./models/surroundings.ts'),
      ]);
      return modelsCommands(processSurroundings());
    },
  },
  {
    name: 'evaluate',
    summary: 'Measures a model pack and the method on scenes that training never saw.',
    load: async () => (await import('./evaluate.ts')).evaluateCommand,
  },
  {
    name: 'worker',
    summary: 'Renders jobs of a farm on this machine.',
    load: async () => (await import('./worker.ts')).workerCommand,
  },
  {
    name: 'farm',
    summary: 'Makes the key of a render farm, adds farms to this computer, shows their state.',
    load: async () => (await import('./farm.ts')).farmCommands,
  },
  {
    name: 'study',
    summary: 'Serves the rating page of a user study to participants, and its results.',
    load: async () => (await import('./study.ts')).studyCommand,
  },
  {
    name: 'bench',
    summary: 'Measures a render against the textbook version of the method, in one run.',
    load: loadBench,
  },
];

/** Starts the engine's process, which takes as long to load as the command does, unless an option says no to it. */
async function startEngineUnless(args: readonly string[], options: readonly string[]): Promise<void> {
  if (args.some((arg) => options.some((option) => arg === option || arg.startsWith(`${option}=`)))) return;
  (await import('../app/engine/engine-child.ts')).startEngineAhead();
}

/** The bench is with the textbook version of the method, among the tests, which nothing else may import. */
async function loadBench(): Promise<Command> {
  const url = new URL('../../test/bench/bench-command.ts', import.meta.url);
  if (!existsSync(fileURLToPath(url))) {
    throw new StudioError('HOST_UNSUPPORTED', 'bench is part of the source code; run it in a checkout.');
  }
  const { benchCommand } = (await import(url.href)) as { readonly benchCommand: Command };
  return benchCommand;
}
