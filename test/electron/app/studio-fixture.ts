/** A whole program without windows, with its own folders, the tiny pack as its bundled one, and no network. */
import { createDispatcher } from '../../../electron/app/dispatcher.ts';
import { createStudio, type Studio, type StudioOptions } from '../../../electron/app/studio.ts';
import type { CommandInput, CommandName, CommandOutput } from '../../../electron/contract/commands.ts';
import { StudioError } from '../../../electron/contract/errors.ts';
import type { StudioEvent } from '../../../electron/contract/events.ts';
import type { RenderSummary } from '../../../electron/contract/render-record.ts';
import { type PlatformFacts, studioFolders } from '../../../electron/foundation/folders.ts';
import { systemEnvironment } from '../../../electron/models/store-environment.ts';
import { serveEnvironment } from '../serve/serve-process.ts';
import { launchReused } from './reused-picture-processes.ts';

/** A platform with all folders in one root. */
export async function testFacts(root: string, environment?: NodeJS.ProcessEnv): Promise<PlatformFacts> {
  return {
    platform: process.platform,
    environment: environment ?? (await serveEnvironment(root)),
    homeFolder: root,
  };
}

export async function testStudio(
  root: string,
  options: Partial<StudioOptions> = {},
  environment?: NodeJS.ProcessEnv,
): Promise<Studio> {
  const facts = await testFacts(root, environment);
  return createStudio({
    host: { kind: 'browser', version: '0.0.0', dialogs: null },
    facts,
    folders: studioFolders(facts),
    launchPictures: launchReused,
    environment: {
      ...systemEnvironment,
      fetch: async () => {
        throw new Error('tests have no network');
      },
    },
    ...options,
  });
}

/** Sends a file, as a window does. @returns its SHA-256 */
export async function uploadTo(studio: Studio, bytes: Uint8Array, mediaType = 'image/png'): Promise<string> {
  const upload = studio.openUpload(mediaType);
  await upload.write(bytes);
  return upload.finish();
}

/** Calls a command of the program, as a window does. @throws StudioError the program's error */
export async function callStudio<Name extends CommandName>(
  studio: Studio,
  name: Name,
  input: CommandInput<Name>,
): Promise<CommandOutput<Name>> {
  const dispatch = createDispatcher({
    handlers: studio.handlers,
    identify: () => ({ clientId: 'test' }),
    onRefused: studio.onRefused,
  });
  const envelope = await dispatch(null, name, input);
  if (!envelope.ok) throw new StudioError(envelope.code, envelope.message);
  return envelope.value as CommandOutput<Name>;
}

/** The last state of a render that an event announced. */
export function lastOfRender(events: readonly StudioEvent[], renderId: string): RenderSummary | undefined {
  return events
    .flatMap(({ event, payload }) => (event === 'render.changed' ? [payload.render] : []))
    .findLast((render) => render.renderId === renderId);
}
