/** Handlers of the commands on renders, their queue and sweeps. */
import { randomUUID } from 'node:crypto';
import type { renderCommands } from '../../contract/commands/render-commands.ts';
import type { CommandHandlers } from '../../contract/commands.ts';
import { StudioError } from '../../contract/errors.ts';
import { MAX_SEED } from '../../contract/parameters.ts';
import { withCell } from '../../contract/sweep.ts';
import type { CommandContext } from '../dispatcher.ts';
import { changesOf } from '../renders/render-changes.ts';
import type { RenderOrder } from '../renders/render-service.ts';
import { keptEntry, keptSummary } from '../renders/render-views.ts';
import { requestDifference } from '../renders/request-difference.ts';
import type { Services } from '../services.ts';

export function renderHandlers({
  projects,
  renders,
  scores,
}: Services): Pick<CommandHandlers<CommandContext>, keyof typeof renderCommands> {
  return {
    'renders.enqueue': ({ projectId, atFront, document, renderOn, isDraft }) => {
      const order = {
        document: document ?? projects.file(projectId).document(),
        sweep: isDraft ? ({ isDraft } as const) : null,
      };
      const [queued] = renders.enqueue(projectId, [order], { atFront, renderOn });
      return queued!;
    },
    'renders.enqueueVariations': ({ projectId, count, renderOn }) => {
      const variationsId = randomUUID();
      const document = projects.file(projectId).document();
      const orders = Array.from({ length: count }, (_, index): RenderOrder => {
        // After the largest seed comes 0.
        const seed = (document.parameters.seed + index) % (MAX_SEED + 1);
        return {
          document: { ...document, parameters: { ...document.parameters, seed } },
          sweep: { variationsId, seed },
        };
      });
      return { variationsId, renders: renders.enqueue(projectId, orders, { renderOn }) };
    },
    'renders.page': ({ projectId, cursor, limit, onlyStarred, deleted }) => {
      const file = projects.file(projectId);
      const show = deleted ? 'deleted' : onlyStarred ? 'starred' : 'kept';
      const before = cursor === undefined ? undefined : parseCursor(cursor);
      // One more than requested shows whether there is a next page.
      const found = file.renders({ show, limit: limit + 1, ...(before !== undefined && { before }) });
      const page = found.slice(0, limit);
      return {
        renders: page.map(keptSummary),
        cursor: found.length > limit ? String(page.at(-1)!.sequence) : null,
        total: file.renderCount(show),
      };
    },
    'renders.find': ({ projectId, ...search }) => {
      const { renders: found, total } = projects.file(projectId).findRenders(search);
      return { renders: found.map(keptEntry), total };
    },
    'renders.get': ({ projectId, renderId }) => renders.get(projectId, renderId),
    'renders.star': ({ projectId, renderId, isStarred }) => {
      projects.file(projectId).changeRender(renderId, { isStarred });
      return renders.changed(projectId, renderId);
    },
    'renders.name': ({ projectId, renderId, name }) => {
      projects.file(projectId).changeRender(renderId, { name });
      return renders.changed(projectId, renderId);
    },
    'renders.delete': ({ projectId, renderId }) => {
      projects.file(projectId).deleteRender(renderId);
      return renders.changed(projectId, renderId);
    },
    'renders.undelete': ({ projectId, renderId }) => {
      projects.file(projectId).restoreRender(renderId);
      return renders.changed(projectId, renderId);
    },
    'renders.difference': ({ projectId, a, b }) =>
      requestDifference(renders.get(projectId, a).request, renders.get(projectId, b).request),
    'renders.changes': ({ projectId, renderIds }) => changesOf(projects.file(projectId), renderIds),
    'renders.score': ({ projectId, renderIds }) => scores.start(projectId, renderIds),
    'renders.document': ({ projectId, renderId }) => renders.document(projectId, renderId),
    'queue.state': () => renders.queue.state,
    'queue.move': ({ renderId, toIndex }) => {
      renders.queue.move(renderId, toIndex);
      return renders.queue.state;
    },
    'queue.cancel': async (cancel) => {
      await renders.queue.cancel(cancel);
      return null;
    },
    'sweep.enqueue': ({ projectId, x, y, conceptId, renderOn }) => {
      if (x.parameter === y.parameter) {
        throw new StudioError('PARAMETER_INVALID', 'The two parameters of a sweep must differ.');
      }
      const sweepId = randomUUID();
      const document = projects.file(projectId).document();
      const orders = y.values.flatMap((yValue) =>
        x.values.map((xValue): RenderOrder => {
          const cell = {
            sweepId,
            x: { parameter: x.parameter, value: xValue },
            y: { parameter: y.parameter, value: yValue },
            conceptId,
          };
          return { document: withCell(document, cell), sweep: cell };
        }),
      );
      return { sweepId, renders: renders.enqueue(projectId, orders, { renderOn }) };
    },
    'sweep.newest': ({ projectId, sweepId }) => renders.sweep(projectId, sweepId),
  };
}

function parseCursor(cursor: string): number {
  const sequence = Number(cursor);
  if (Number.isSafeInteger(sequence) && sequence > 0) return sequence;
  throw new StudioError('PARAMETER_INVALID', 'This is not the end of a page of renders.');
}
