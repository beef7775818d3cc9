/** Handlers of the commands that prepare a scene, and of those on jobs. */

import type { prepareCommands } from '../../contract/commands/prepare-commands.ts';
import type { CommandHandlers } from '../../contract/commands.ts';
import type { EngineResultOf } from '../../contract/engine-messages.ts';
import type { JobResult } from '../../contract/jobs.ts';
import type { CommandContext } from '../dispatcher.ts';
import type { Services } from '../services.ts';

export function prepareHandlers({
  prepare,
  jobs,
  projects,
}: Services): Pick<CommandHandlers<CommandContext>, keyof typeof prepareCommands> {
  return {
    'prepare.generateBackgrounds': ({ projectId, ...request }) =>
      prepare.startBackgrounds(projectId, { kind: 'generateBackgrounds', ...request }),
    'prepare.findMask': ({ projectId, ...search }) =>
      prepare.start(projectId, { kind: 'findMask', ...search }, masks),
    'prepare.selectMask': ({ projectId, image, points, box }) =>
      prepare.start(projectId, { kind: 'selectMask', image, points, box }, masks),
    'prepare.removeObjects': ({ projectId, ...removal }) =>
      prepare.start(
        projectId,
        {
          kind: 'removeObjects',
          ...removal,
          prompt: projects.file(projectId).document().inpaintPrompt,
        },
        ({ png, method }, put): JobResult => ({ kind: 'inpainted', image: put(png), method }),
      ),
    'jobs.list': () => jobs.list(),
    'jobs.get': ({ jobId }) => jobs.get(jobId),
    'jobs.cancel': ({ jobId }) => {
      jobs.cancel(jobId);
      return null;
    },
  };
}

function masks(
  { candidates }: EngineResultOf<'findMask' | 'selectMask'>,
  put: (png: Uint8Array) => string,
): JobResult {
  return {
    kind: 'masks',
    candidates: candidates.map(({ png, score, box }) => ({ mask: put(png), score, box })),
  };
}
