/** `compose`: a scene file in, a picture out. */
import { StudioError } from '../contract/errors.ts';
import type { Engine, RenderOutcome } from '../inference/engine.ts';
import { encodePng } from '../inference/images.ts';
import type { Command, CommandContext } from './command.ts';
import { describeDevice, engineOptions, openEngine } from './engine-options.ts';
import { prepareOutput, writeOutput } from './output-file.ts';
import { parameterOptions, readOverrides } from './parameter-options.ts';
import { type LoadedScene, loadScene, makeRequest } from './scene-request.ts';
import { showProgress } from './terminal-progress.ts';

export const composeCommand: Command = {
  name: 'compose',
  summary: 'Composes a scene into a picture.',
  usage: 'SCENE.json --out FILE.png [options]',
  details:
    'The scene file is described in docs/scene-file.md. Options go before the scene file, that before\nthe model pack’s recommendation, and that before the paper’s values.',
  options: {
    out: { value: 'FILE.png', description: 'Where the picture goes.' },
    ...parameterOptions,
    ...engineOptions,
    request: { value: 'FILE.json', description: 'Write the full render request too.' },
  },
  run: runCompose,
};

async function runCompose({ options, positionals, signal, print }: CommandContext): Promise<void> {
  const [scenePath, ...rest] = positionals;
  const out = options.text('out');
  if (scenePath === undefined) throw new StudioError('USAGE', 'compose needs a scene file.');
  if (rest.length > 0) throw new StudioError('USAGE', `compose does not understand "${rest.join(' ')}".`);
  if (out === undefined) throw new StudioError('USAGE', 'compose needs --out FILE.png.');
  const overrides = readOverrides(options);
  const scene = await loadScene(scenePath);
  await prepareOutput(out);
  const requestPath = options.text('request');
  if (requestPath !== undefined) await prepareOutput(requestPath);
  const progress = showProgress();
  let engine: Engine | undefined;
  let outcome: RenderOutcome;
  try {
    engine = await openEngine(options, signal, progress.report);
    outcome = await engine.render(makeRequest(scene, engine.pack, overrides), readerOf(scene), {
      signal,
      onProgress: progress.report,
    });
  } finally {
    progress.stop();
    await engine?.release();
  }
  await writeOutput(out, await encodePng(outcome.image));
  if (requestPath !== undefined)
    await writeOutput(requestPath, `${JSON.stringify(outcome.request, null, 2)}\n`);
  printOutcome(outcome, [out], print);
}

function readerOf({ assets }: LoadedScene) {
  return async (id: string) => assets.get(id)!;
}

function printOutcome(outcome: RenderOutcome, paths: readonly string[], print: (line: string) => void): void {
  for (const notice of outcome.notices) print(`note: ${notice}`);
  for (const path of paths) print(path);
  print(`time: ${(outcome.totalMs / 1000).toFixed(1)} s`);
  print(`device: ${describeDevice(outcome.device)}`);
}
