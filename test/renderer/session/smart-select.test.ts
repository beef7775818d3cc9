/** Smart select's requests: the newest one counts, each settles once, and no older job continues. */
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { StudioError } from '../../../electron/contract/errors.ts';
import type { JobState } from '../../../electron/contract/jobs.ts';
import type { AssetId } from '../../../electron/contract/render-request.ts';
import type { StudioClient } from '../../../renderer/client/studio-client.ts';
import type { Jobs } from '../../../renderer/session/jobs.ts';
import {
  noSelection,
  type SelectionEvent,
  stepSelection,
} from '../../../renderer/session/selection-machine.ts';
import { SmartSelect } from '../../../renderer/session/smart-select.ts';

const point = { x: 1, y: 1, positive: true };
const selection = { points: [point], box: null };
const empty = { points: [], box: null };
const session = { projectId: 'open' };
const STREET = 'street' as AssetId;

let calls: {
  name: string;
  input: object;
  answer: (value: unknown) => void;
  refuse: (error: Error) => void;
}[];
let ends: Map<string, (result: JobState['result'] | undefined) => void>;
let smartSelect: SmartSelect;

beforeEach(() => {
  calls = [];
  ends = new Map();
  const client = {
    call: (name: string, input: object) =>
      new Promise((answer, refuse) => calls.push({ name, input, answer, refuse })),
  } as unknown as Pick<StudioClient, 'call'>;
  const jobs = {
    finished: ({ jobId }: JobState) => new Promise((resolve) => ends.set(jobId, resolve)),
  } as unknown as Pick<Jobs, 'finished'>;
  smartSelect = new SmartSelect(client, jobs);
});

const found = (mask: string) => ({ kind: 'masks', candidates: [{ mask }] }) as unknown as JobState['result'];
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('a selection is requested for the picture of its project', async () => {
  const answer = smartSelect.ask(session, STREET, selection);
  expect(calls[0]).toMatchObject({
    name: 'prepare.selectMask',
    input: { projectId: 'open', image: 'street', points: [{ x: 1, y: 1, isInside: true }], box: null },
  });
  calls[0]!.answer({ jobId: 'job' });
  await settled();
  ends.get('job')!(found('mask'));
  expect(await answer).toBe('mask');
});

test('a request whose job is not known yet is cancelled as soon as it is', async () => {
  const first = smartSelect.ask(session, STREET, selection);
  const second = smartSelect.ask(session, STREET, selection);
  expect(await first).toBeUndefined();
  calls[1]!.answer({ jobId: 'second' });
  calls[0]!.answer({ jobId: 'first' });
  await settled();
  expect(calls.slice(2)).toMatchObject([{ name: 'jobs.cancel', input: { jobId: 'first' } }]);
  ends.get('first')!(undefined);
  ends.get('second')!(found('mask'));
  expect(await second).toBe('mask');
});

test('a job unknown to its host does not delay another request', async () => {
  const first = smartSelect.ask(session, STREET, selection);
  calls[0]!.answer({ jobId: 'lost' });
  await settled();
  const second = smartSelect.ask(session, STREET, selection);
  expect(await first).toBeUndefined();
  expect(calls.slice(1).map(({ name }) => name)).toEqual(['jobs.cancel', 'prepare.selectMask']);
  calls[1]!.refuse(new StudioError('JOB_UNKNOWN', 'ended long ago'));
  calls[2]!.refuse(new StudioError('OUT_OF_MEMORY', 'no room'));
  await expect(second).rejects.toMatchObject({ code: 'OUT_OF_MEMORY' });
});

test('without a selection or a picture, the pending request is cancelled', async () => {
  const first = smartSelect.ask(session, STREET, selection);
  expect(await smartSelect.ask(session, STREET, empty)).toBeUndefined();
  expect(await first).toBeUndefined();
  expect(await smartSelect.ask(session, null, selection)).toBeUndefined();
  expect(calls.map(({ name }) => name)).toEqual(['prepare.selectMask']);
});

describe('the machine', () => {
  test('settles every request once, and leaves no older job running', () => {
    const action = fc.constantFrom('ask', 'take back', 'begin', 'find', 'refuse');
    fc.assert(
      fc.property(fc.array(fc.tuple(action, fc.nat(3)), { maxLength: 40 }), (actions) => {
        let machine = noSelection;
        let asked = 0;
        const settledIds: number[] = [];
        /** Requests that have not started at the host yet, and jobs that have not ended. */
        const waiting: number[] = [];
        const running: number[] = [];
        const cancelled = new Set<number>();
        const play = (event: SelectionEvent) => {
          const step = stepSelection(machine, event);
          machine = step.machine;
          for (const effect of step.effects) {
            if (effect.kind === 'ask') waiting.push(effect.questionId);
            else if (effect.kind === 'cancel') cancelled.add(Number(effect.jobId));
            else settledIds.push(effect.questionId);
          }
        };
        const take = (from: number[], at: number) => from.splice(at % from.length, 1)[0]!;
        const end = (questionId: number, isFound: boolean) =>
          play(
            isFound
              ? { kind: 'answered', questionId, mask: cancelled.has(questionId) ? undefined : 'mask' }
              : { kind: 'refused', questionId, error: 'no' },
          );
        const begin = (at: number) => {
          const questionId = take(waiting, at);
          running.push(questionId);
          play({ kind: 'begun', questionId, jobId: String(questionId) });
        };
        for (const [what, at] of actions) {
          if (what === 'ask') play({ kind: 'asked', questionId: asked++, isEmpty: false });
          else if (what === 'take back') play({ kind: 'asked', questionId: asked++, isEmpty: true });
          else if (what === 'begin' && waiting.length > 0) begin(at);
          else if (what === 'find' && running.length > 0) end(take(running, at), true);
          else if (what === 'refuse' && waiting.length > 0) end(take(waiting, at), false);
        }
        // Of those still running, all but the newest request's have been cancelled.
        for (const questionId of running) {
          expect(cancelled.has(questionId)).toBe(machine.current?.questionId !== questionId);
        }
        while (waiting.length > 0) begin(0);
        while (running.length > 0) end(take(running, 0), true);
        expect(settledIds.toSorted((a, b) => a - b)).toEqual(Array.from({ length: asked }, (_, id) => id));
      }),
      { numRuns: 1000 },
    );
  });
});
