/** `compose`: turns a scene file into a picture, or a sheet of pictures, optionally with a trace. */

import { extname, join } from 'node:path';
import manifest from '../../package.json' with { type: 'json' };
import { type LoadedScene, loadScene } from '../app/scenes/scene-folder.ts';
import { assetReader, makeRequest, type RequestOverrides } from '../app/scenes/scene-request.ts';
import type { EngineResultOf } from '../contract/engine-messages.ts';
import { StudioError } from '../contract/errors.ts';
import { noticeSentence } from '../contract/notices.ts';
import { describeModel, isSameModel, type RenderRequest } from '../contract/render-request.ts';
import type { ScenePlan } from '../contract/scene-file.ts';
import type { Command, CommandContext } from '../foundation/command-line/command.ts';
import type { Pixels } from '../foundation/pictures/picture-codec.ts';
import { decodePixels, pictureOperations } from '../foundation/pictures/picture-operations.ts';
import { encodeExport } from '../projects/export/export-render.ts';
import { type CommandEngine, openCommandEngine } from './command-engine.ts';
import { drawSheet } from './contact-sheet.ts';
import { describeDevice, engineOptions, readPackChoice } from './engine-options.ts';
import type { FarmEngine } from './farm-engine.ts';
import { farmOptions, readFarm } from './farm-options.ts';
import { MadeFiles } from './made-files.ts';
import { assertOutputsApart } from './output-clash.ts';
import { assertEnding, prepareOutput, writeOutput } from './output-file.ts';
import { parameterOptions, readOverrides } from './parameter-options.ts';
import { showRender } from './render-progress.ts';
import { loadSceneOfPicture } from './scene-of-picture.ts';
import { filesOfPlan, type PlanControls, plannedFiles, prepareScene, readScenePlan } from './scene-plan.ts';
import { isSweepAxis, parseSweep, type SweepAxis } from './sweep.ts';
import { drawnRows, planSweep, renderAll } from './sweep-cells.ts';
import { openTraceFolder } from './trace-folder.ts';

export const composeCommand: Command = {
  name: 'compose',
  summary: 'Composes a scene into a picture.',
  usage: 'SCENE.json|PICTURE.png --out FILE.png [options]',
  details:
    'Scene files are described in docs/scene-file.md. Options override the scene file, which overrides the values\n' +
    'that the model pack recommends, which override the paper’s.\n' +
    'A scene file can request pictures that do not exist yet: a background from a prompt, masks from phrases, the\n' +
    'background without its objects. They are saved next to the result, as a complete scene.\n' +
    'A PNG made by this program can be used as a scene file. Its pictures are looked up in the projects and\n' +
    'picture files in the same folder (docs/export.md).',
  options: {
    out: { value: 'FILE.png', description: 'Where to save the picture.' },
    ...parameterOptions,
    ...engineOptions,
    ...farmOptions,
    sweep: {
      value: 'NAME=VALUE,...',
      multiple: true,
      description:
        'Render a contact sheet over one or two parameters: --sweep alpha=0,0.15,0.5 beta=0.4,0.8.',
    },
    trace: { value: 'FOLDER', description: 'Also save all tensors as .npy files (docs/trace.md).' },
    request: { value: 'FILE.json', description: 'Also save the full render request.' },
    'no-metadata': { description: 'Do not embed the render request in the picture.' },
  },
  run: runCompose,
};

/** The program's name in the metadata of pictures. */
const program = `PnP-MIX Studio ${manifest.version}`;

/** The options of the command line, checked as far as possible before loading models. */
interface ComposeTask {
  readonly scenePath: string;
  readonly out: string;
  readonly sweep: readonly SweepAxis[];
  readonly trace: string | undefined;
  readonly request: string | undefined;
  readonly metadata: boolean;
}

function readTask({ options, positionals }: CommandContext): ComposeTask {
  // --sweep takes one value like every option; a second axis after it arrives as a positional.
  const isSweep = options.has('sweep');
  const axes = isSweep ? positionals.filter(isSweepAxis) : [];
  const [scenePath, ...rest] = positionals.filter((text) => !axes.includes(text));
  const out = options.text('out');
  if (scenePath === undefined) throw new StudioError('USAGE', 'compose needs a scene file.');
  if (rest.length > 0) throw new StudioError('USAGE', `compose does not understand "${rest.join(' ')}".`);
  if (out === undefined) throw new StudioError('USAGE', 'compose needs --out FILE.png.');
  const [trace, request] = [options.text('trace'), options.text('request')];
  assertEnding('--out', out, '.png');
  if (request !== undefined) assertEnding('--request', request, '.json');
  if (isSweep && (trace !== undefined || request !== undefined)) {
    throw new StudioError('USAGE', '--sweep makes many pictures; --trace and --request go with one.');
  }
  const sweep = parseSweep([...options.texts('sweep'), ...axes]);
  return { scenePath, out, sweep, trace, request, metadata: !options.has('no-metadata') };
}

async function runCompose(context: CommandContext): Promise<void> {
  const { options, signal, print, progress } = context;
  const task = readTask(context);
  const overrides = readOverrides(options);
  const farm = await readFarm(options, process.env);
  if (farm !== undefined && task.trace !== undefined) {
    throw new StudioError('USAGE', 'Tensors do not leave the farm’s workers; use --trace without --queue.');
  }
  const isPicture = extname(task.scenePath).toLowerCase() === '.png';
  const plan = isPicture ? undefined : await readScenePlan(task.scenePath);
  const complete = isPicture
    ? await loadSceneOfPicture(task.scenePath)
    : plan === undefined && { ...(await loadScene(task.scenePath)), pack: undefined };
  if (farm !== undefined && plan !== undefined) {
    throw new StudioError(
      'USAGE',
      'A farm renders complete scenes. Compose this one without --queue first: that writes the complete scene.',
    );
  }
  const { model } = complete ? complete.file : plan!;
  const models = { scenePath: task.scenePath, model };
  const folder = madeFolder(task.out);
  const madeNames = plan === undefined ? [] : plannedFiles(plan);
  const inputs = complete ? complete.readFrom : filesOfPlan(plan!, task.scenePath);
  await assertOutputsApart(
    [
      { what: '--out', path: task.out },
      ...(task.request === undefined ? [] : [{ what: '--request', path: task.request }]),
      ...(task.trace === undefined ? [] : [{ what: '--trace', path: task.trace, isFolder: true }]),
      ...madeNames.map((name) => ({ what: 'what the scene lacks', path: join(folder, name) })),
    ],
    inputs.map((path) => ({ what: path === task.scenePath ? 'the scene' : 'a picture of the scene', path })),
    farm === undefined ? await readPackChoice(options, models) : undefined,
  );
  await prepareOutput(task.out);
  const made =
    plan &&
    (await MadeFiles.open(
      folder,
      madeNames,
      `To compose the edited scene: npm run compose -- ${join(folder, 'scene.json')} --out ${task.out}. To generate it ` +
        'again, move the folder away or choose another --out.',
    ));
  if (task.request !== undefined) await prepareOutput(task.request);
  const trace = task.trace === undefined ? undefined : await openTraceFolder(task.trace);
  let engine: CommandEngine | FarmEngine | undefined;
  const said: string[] = [];
  const say = (line: string) => {
    said.push(line);
    print(line);
  };
  try {
    // Tensors do not leave an engine process, so --trace runs the engine in this one.
    const launch = trace && (await import('./engine-in-process.ts')).launchInProcess(trace.write);
    const local =
      farm === undefined ? await openCommandEngine(options, signal, progress, launch, models) : undefined;
    const opened =
      local ?? (await (await import('./farm-engine.ts')).openFarmEngine(farm!, options, task.out, progress));
    engine = opened;
    const { pack: madeWith, ...scene } = complete || {
      ...(await carryOutPlan(plan!, task.scenePath, local!, made!, {
        signal,
        print: say,
        count: progress.count,
      })),
      pack: undefined,
    };
    const requestOf = (settings: RequestOverrides) => makeRequest(scene, opened.pack, settings);
    if (madeWith !== undefined) {
      // The embeddings that its prompts name are part of what made a picture.
      const { pack } = requestOf({ parameters: {} });
      if (!isSameModel(madeWith, pack)) {
        say(
          `note: ${task.scenePath} was made with the pack ${describeModel(madeWith)}; the pack that is open is ` +
            `${describeModel(pack)}, so the picture will differ.`,
        );
      }
    }
    for (const { name, triggerWords } of opened.pack.loras ?? []) {
      if (triggerWords.length > 0) say(`note: words for the LoRA ${name}: ${triggerWords.join(', ')}`);
    }
    const render = (request: RenderRequest, label = '', runSignal = signal) =>
      opened.run(
        { kind: 'render', request, previews: false },
        { signal: runSignal, readAsset: assetReader(scene), onProgress: showRender(progress, label) },
      );
    if (task.sweep.length > 0) {
      const atOnce = farm === undefined ? 1 : Number.POSITIVE_INFINITY;
      const cells = planSweep(task.sweep, overrides, requestOf);
      const outcomes = await renderAll(cells, atOnce, signal, render);
      const rows = await drawnRows(cells, outcomes);
      await writeOutput(task.out, await drawSheet(rows));
      reportOutcomes(outcomes, { picture: task.out }, said, context);
      return;
    }
    const request = requestOf(overrides);
    const outcome = await render(request);
    const { metadata } = task;
    await writeOutput(
      task.out,
      await encodeExport(
        await pixelsOf(outcome),
        3,
        { request, frame: outcome.frame },
        {
          metadata,
          program,
          pictures: pictureOperations,
        },
      ),
    );
    if (task.request !== undefined) {
      await writeOutput(task.request, `${JSON.stringify(request, null, 2)}\n`);
    }
    await trace?.finish();
    const files = { picture: task.out, request: task.request, trace: task.trace };
    reportOutcomes([outcome], files, said, context);
  } finally {
    await trace?.discard();
    await engine?.close();
  }
}

/** Folder for the generated pictures of a plan: next to the result. */
function madeFolder(out: string): string {
  return `${out.slice(0, out.length - extname(out).length)}-scene`;
}

/** Generates the missing pictures of a plan, and loads the completed scene. */
async function carryOutPlan(
  plan: ScenePlan,
  scenePath: string,
  engine: CommandEngine,
  made: MadeFiles,
  controls: PlanControls,
): Promise<LoadedScene> {
  const prepared = await prepareScene(plan, scenePath, engine, made, controls);
  controls.print(prepared);
  return loadScene(prepared);
}

type Rendered = EngineResultOf<'render'>;

function pixelsOf({ png }: Rendered): Promise<Pixels> {
  return decodePixels(png, 'The result', 'picture');
}

/**
 * Prints the summary of a command that renders.
 *
 * @param files paths written, by kind
 * @param said lines printed before the render: pictures generated for the scene, and notes
 */
export function reportOutcomes(
  outcomes: readonly Pick<Rendered, 'notices' | 'totalMs' | 'device' | 'frame' | 'width' | 'height'>[],
  files: Readonly<Record<string, string | undefined>>,
  said: readonly string[],
  { print, result }: CommandContext,
): void {
  const notices = [
    ...new Set(outcomes.flatMap((outcome) => outcome.notices.map((each) => noticeSentence(each)))),
  ];
  const seconds = outcomes.reduce((sum, outcome) => sum + outcome.totalMs, 0) / 1000;
  const { device, frame, width, height } = outcomes[0]!;
  result({ ...files, preparation: said, notices, width, height, frame, seconds, device });
  for (const notice of notices) print(`note: ${notice}`);
  for (const path of Object.values(files)) if (path !== undefined) print(path);
  print(`time: ${seconds.toFixed(1)} s`);
  print(`device: ${describeDevice(device)}`);
}
