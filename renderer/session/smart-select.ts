/** Smart select's requests to the host: executes the effects of their state machine (selection-machine.ts). */
import { StudioError } from '../../electron/contract/errors.ts';
import type { AssetId } from '../../electron/contract/render-request.ts';
import type { StudioClient } from '../client/studio-client.ts';
import type { SmartSelection } from '../editor/tools/tool.ts';
import type { Jobs } from './jobs.ts';
import { reportError } from './notices.ts';
import type { ProjectSession } from './project-session.ts';
import {
  noSelection,
  type SelectionEffect,
  type SelectionEvent,
  stepSelection,
} from './selection-machine.ts';

/** The current request, its project and picture, and its waiting caller. */
interface Question {
  readonly projectId: string;
  readonly image: AssetId | null;
  readonly selection: SmartSelection;
  readonly resolve: (mask: AssetId | undefined) => void;
  readonly reject: (error: unknown) => void;
}

export class SmartSelect {
  readonly #client: Pick<StudioClient, 'call'>;
  readonly #jobs: Pick<Jobs, 'finished'>;
  readonly #questions = new Map<number, Question>();
  #machine = noSelection;
  #questionCount = 0;

  constructor(client: Pick<StudioClient, 'call'>, jobs: Pick<Jobs, 'finished'>) {
    this.#client = client;
    this.#jobs = jobs;
  }

  /**
   * Requests the mask of a selection in a picture, replacing the previous request.
   *
   * @param image of the project; null if there is none
   * @returns undefined where nothing is selected or found, or another selection took its place
   * @throws StudioError when the host could not look
   */
  ask(
    { projectId }: Pick<ProjectSession, 'projectId'>,
    image: AssetId | null,
    selection: SmartSelection,
  ): Promise<AssetId | undefined> {
    const isAsked = selection.box !== null || selection.points.some(({ positive }) => positive);
    const questionId = this.#questionCount++;
    return new Promise((resolve, reject) => {
      this.#questions.set(questionId, { projectId, image, selection, resolve, reject });
      this.#play({ kind: 'asked', questionId, isEmpty: image === null || !isAsked });
    });
  }

  #play(event: SelectionEvent): void {
    const { machine, effects } = stepSelection(this.#machine, event);
    this.#machine = machine;
    for (const effect of effects) this.#carryOut(effect);
  }

  #carryOut(effect: SelectionEffect): void {
    switch (effect.kind) {
      case 'ask': {
        const { questionId } = effect;
        this.#look(questionId).then(
          (mask) => this.#play({ kind: 'answered', questionId, mask }),
          (error: unknown) => this.#play({ kind: 'refused', questionId, error }),
        );
        break;
      }
      case 'cancel':
        this.#client.call('jobs.cancel', { jobId: effect.jobId }).catch((error: unknown) => {
          // It ended long ago, or with its host.
          if (!(error instanceof StudioError) || error.code !== 'JOB_UNKNOWN') reportError(error);
        });
        break;
      case 'settle':
        this.#take(effect.questionId).resolve(effect.mask);
        break;
      case 'fail':
        this.#take(effect.questionId).reject(effect.error);
    }
  }

  async #look(questionId: number): Promise<AssetId | undefined> {
    const { projectId, image, selection } = this.#questions.get(questionId)!;
    const job = await this.#client.call('prepare.selectMask', {
      projectId,
      image: image!,
      points: selection.points.map(({ x, y, positive }) => ({ x, y, isInside: positive })),
      box: selection.box,
    });
    this.#play({ kind: 'begun', questionId, jobId: job.jobId });
    const result = await this.#jobs.finished(job);
    return result?.kind === 'masks' ? result.candidates[0]?.mask : undefined;
  }

  #take(questionId: number): Question {
    const question = this.#questions.get(questionId)!;
    this.#questions.delete(questionId);
    return question;
  }
}
