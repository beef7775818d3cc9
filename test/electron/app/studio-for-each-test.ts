/** A program of its own for each test of a file. */
import { rmSync } from 'node:fs';
import { afterEach, beforeEach } from 'vitest';
import type { Studio, StudioOptions } from '../../../electron/app/studio.ts';
import type { CommandInput, CommandName, CommandOutput } from '../../../electron/contract/commands.ts';
import type { StudioEvent } from '../../../electron/contract/events.ts';
import { temporaryFolder } from '../inference/tiny-pack.ts';
import { serveEnvironment } from '../serve/serve-process.ts';
import { callStudio, testStudio } from './studio-fixture.ts';

/** Usable in the file's own hooks and tests; `call` and `events` stay the same objects. */
export interface StudioForEachTest {
  readonly studio: Studio;
  /** Home folder and root of everything of this program. */
  readonly root: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Events of this test, in order. */
  readonly events: StudioEvent[];
  call<Name extends CommandName>(name: Name, input: CommandInput<Name>): Promise<CommandOutput<Name>>;
  /** Starts it again on the same folders, after the test has closed it. */
  open(environment?: NodeJS.ProcessEnv): Promise<void>;
}

/**
 * Starts the program before each test, then closes it and removes its folder.
 *
 * @param options for starting it
 * @param prepare changes folders and environment before it starts
 */
export function studioForEachTest(
  options: Partial<StudioOptions> = {},
  prepare: (environment: NodeJS.ProcessEnv) => void = () => undefined,
): StudioForEachTest {
  let root: string;
  let environment: NodeJS.ProcessEnv;
  let studio: Studio;
  const events: StudioEvent[] = [];
  const open = async (changed: NodeJS.ProcessEnv = environment) => {
    studio = await testStudio(root, options, changed);
    studio.listen((event) => events.push(event));
  };
  beforeEach(async () => {
    root = temporaryFolder();
    environment = await serveEnvironment(root);
    prepare(environment);
    events.length = 0;
    await open();
  });
  afterEach(async () => {
    await studio.close();
    rmSync(root, { recursive: true });
  });
  return {
    get studio() {
      return studio;
    },
    get root() {
      return root;
    },
    get environment() {
      return environment;
    },
    events,
    call: (name, input) => callStudio(studio, name, input),
    open,
  };
}
