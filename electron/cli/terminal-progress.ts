/** Progress of a run: a bar on a terminal, plain lines elsewhere. */
import { type Bar, Presets, SingleBar } from 'cli-progress';
import type { RenderProgress, RenderStage } from '../contract/progress.ts';

const stageNames: Readonly<Record<RenderStage, string>> = {
  load: 'Loading',
  encode: 'Encoding',
  invert: 'Inverting',
  blend: 'Blending',
  decode: 'Decoding',
};

const lineEveryMs = 5000;

/** Shows progress on a stream until it is stopped. */
export interface ProgressDisplay {
  /** @param label goes before the stage's name, such as '2/9 ' */
  readonly report: (progress: RenderProgress, label?: string) => void;
  /** Leaves the terminal as it was; may be called again. */
  readonly stop: () => void;
}

/** @param stream standard error by default, so that standard output holds results only */
export function showProgress(stream: NodeJS.WriteStream = process.stderr): ProgressDisplay {
  return stream.isTTY ? showBar(stream) : showLines(stream);
}

function showBar(stream: NodeJS.WriteStream): ProgressDisplay {
  const bar: Bar = new SingleBar(
    {
      stream,
      format: '{stage} {bar} {value}/{total} · {duration_formatted}',
      clearOnComplete: true,
      hideCursor: true,
      // The run blocks the thread between reports: a timer could not draw anyway.
      noTTYOutput: false,
      gracefulExit: false,
    },
    Presets.shades_classic,
  );
  let stage: RenderStage | undefined;
  return {
    report: (progress, label = '') => {
      const payload = { stage: label + stageNames[progress.stage].padEnd(9) };
      if (stage === undefined) bar.start(progress.total, progress.step, payload);
      stage = progress.stage;
      bar.setTotal(progress.total);
      bar.update(progress.step, payload);
      bar.render();
    },
    stop: () => bar.stop(),
  };
}

/** A line when a stage is done, and others no more often than every few seconds. */
function showLines(stream: NodeJS.WriteStream): ProgressDisplay {
  let lastMs = performance.now();
  return {
    report: ({ stage, step, total }, label = '') => {
      if (step < total && performance.now() - lastMs < lineEveryMs) return;
      lastMs = performance.now();
      stream.write(`${label}${stageNames[stage]} ${step}/${total}\n`);
    },
    stop: () => undefined,
  };
}
