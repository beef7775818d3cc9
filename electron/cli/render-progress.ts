/** A render's progress on the command line. */
import type { EngineProgress } from '../contract/engine-messages.ts';
import { type RenderStage, renderProgressSchema } from '../contract/progress.ts';
import type { ProgressPrinter } from '../foundation/command-line/progress-printer.ts';

const stageNames: Readonly<Record<RenderStage, string>> = {
  load: 'Loading',
  encode: 'Encoding',
  invert: 'Inverting',
  blend: 'Blending',
  decode: 'Decoding',
};

/** @param label prefix of the stage's name, such as '2/9 ' */
export function showRender(progress: ProgressPrinter, label = ''): (at: EngineProgress) => void {
  return (reported) => {
    const { stage, step, total } = renderProgressSchema.parse(reported);
    progress.count(`${label}${stageNames[stage]}`, step, total);
  };
}
