/** The size of the background is requested once, and its answer may come too late. */
import { beforeEach, expect, test, vi } from 'vitest';
import { StudioError } from '../../../electron/contract/errors.ts';
import type { StudioClient } from '../../../renderer/client/studio-client.ts';
import { BackgroundSize } from '../../../renderer/session/background-size.ts';
import { useStudio } from '../../../renderer/session/studio-store.ts';

const reported = vi.hoisted(() => vi.fn());
vi.mock('../../../renderer/session/notices.ts', () => ({ reportError: reported }));

interface Question {
  readonly asset: string;
  readonly answer: (size: { width: number; height: number }) => void;
  readonly fail: (error: unknown) => void;
}

let questions: Question[];
let backgroundSize: BackgroundSize;
const known = () => useStudio.getState().backgroundSize;

beforeEach(() => {
  questions = [];
  reported.mockClear();
  const client = {
    call: (_name: string, { asset }: { asset: string }) =>
      new Promise((answer, fail) => questions.push({ asset, answer, fail })),
  };
  backgroundSize = new BackgroundSize(client as unknown as Pick<StudioClient, 'call'>);
  backgroundSize.clear();
});

test('is requested once for each background', async () => {
  const first = backgroundSize.follow('open', 'meadow');
  void backgroundSize.follow('open', 'meadow');
  expect(questions.map(({ asset }) => asset)).toEqual(['meadow']);
  questions[0]!.answer({ width: 3, height: 2 });
  await first;
  expect(known()).toEqual({ of: 'meadow', width: 3, height: 2 });
});

test('of a picture that was just imported is known without a request', async () => {
  backgroundSize.know({ of: 'photo', width: 6000, height: 4000 });
  expect(known()).toBeNull();
  await backgroundSize.follow('open', 'photo');
  expect(known()).toEqual({ of: 'photo', width: 6000, height: 4000 });
  expect(questions).toEqual([]);
});

test('of a background that has been replaced meanwhile changes nothing', async () => {
  const late = backgroundSize.follow('open', 'meadow');
  const second = backgroundSize.follow('open', 'beach');
  questions[1]!.answer({ width: 5, height: 4 });
  await second;
  questions[0]!.answer({ width: 3, height: 2 });
  await late;
  expect(known()).toEqual({ of: 'beach', width: 5, height: 4 });
});

test('is undefined without a background, and after another project is shown', async () => {
  const first = backgroundSize.follow('open', 'meadow');
  questions[0]!.answer({ width: 3, height: 2 });
  await first;
  await backgroundSize.follow('open', null);
  expect(known()).toBeNull();
  const again = backgroundSize.follow('open', 'meadow');
  backgroundSize.clear();
  questions[1]!.answer({ width: 3, height: 2 });
  await again;
  expect(known()).toBeNull();
});

test('is requested again after an error, which is reported', async () => {
  const error = new StudioError('ASSET_MISSING', 'It is not there.');
  const first = backgroundSize.follow('open', 'meadow');
  questions[0]!.fail(error);
  await first;
  expect(reported).toHaveBeenCalledWith(error);
  void backgroundSize.follow('open', 'meadow');
  expect(questions).toHaveLength(2);
});
