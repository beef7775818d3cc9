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
  /** Progress of work other than one render: `done` of `total` are. */
  readonly count: (what: string, done: number, total: number) => void;
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
  let isStarted = false;
  const count = (stage: string, done: number, total: number) => {
    if (!isStarted) bar.start(total, done, { stage });
    isStarted = true;
    bar.setTotal(total);
    bar.update(done, { stage });
    bar.render();
  };
  return {
    report: ({ stage, step, total }, label = '') => count(label + stageNames[stage].padEnd(9), step, total),
    count,
    stop: () => bar.stop(),
  };
}

/** A line when a stage is done, and others no more often than every few seconds. */
function showLines(stream: NodeJS.WriteStream): ProgressDisplay {
  let lastMs = performance.now();
  const count = (what: string, done: number, total: number) => {
    if (done < total && performance.now() - lastMs < lineEveryMs) return;
    lastMs = performance.now();
    stream.write(`${what} ${done}/${total}\n`);
  };
  return {
    report: ({ stage, step, total }, label = '') => count(`${label}${stageNames[stage]}`, step, total),
    count,
    stop: () => undefined,
  };
}
