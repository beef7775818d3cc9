/** The study file and its questionnaire: order, checks, blindness, results. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { questionnaireOf } from '../../../electron/study/questionnaire.ts';
import { readStudy, type Study } from '../../../electron/study/study-file.ts';
import { ratingsCsv, resultsOf } from '../../../electron/study/study-results.ts';
import { type Rating, StudyStore } from '../../../electron/study/study-store.ts';
import { temporaryFolder } from '../inference/tiny-pack.ts';
import { METHODS, opinion, sampleStudy, TRUE_MEANS } from './sample-study.ts';

let folder: string;
let study: Study;
beforeAll(async () => {
  folder = temporaryFolder();
  await sampleStudy(folder);
  study = await readStudy(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('the questionnaire of a participant', () => {
  test('follows from the seed alone: its own order of trials and methods, with checks among them', () => {
    const pages = questionnaireOf(study, 7);
    expect(questionnaireOf(study, 7)).toEqual(pages);
    expect(pages).toHaveLength(6);
    expect(pages[0]!.requested).toBeNull();
    expect(pages.filter(({ requested }) => requested !== null).map(({ key }) => key)).toEqual(['check 1']);
    expect(new Set(pages.map(({ key }) => key)).size).toBe(6);
    for (const { methods, candidates } of pages) {
      expect([...methods].sort()).toEqual(study.methods);
      expect(candidates).toEqual(methods.map((method) => `${method}.png`));
    }
  });

  test('puts every method in every place about equally often', () => {
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 200; seed++) {
      for (const { methods } of questionnaireOf(study, seed)) {
        counts.set(methods[0]!, (counts.get(methods[0]!) ?? 0) + 1);
      }
    }
    // 1200 pages: 300 each, with a standard deviation of 15.
    for (const method of METHODS) expect(Math.abs(counts.get(method)! - 300)).toBeLessThan(75);
  });
});

describe('the study file', () => {
  const refused = async (changes: Record<string, unknown>, message: string) => {
    const other = join(folder, 'refused');
    await sampleStudy(other, changes);
    await expect(readStudy(other)).rejects.toMatchObject({
      code: 'STUDY_INVALID',
      message: expect.stringContaining(message),
    });
  };
  test('says what is wrong with it', async () => {
    const { trials } = await sampleStudy(join(folder, 'refused'));
    await refused({ trials: [] }, 'trials');
    await refused({ trials: [trials[0], trials[0]] }, 'same id');
    await refused({ trials: [{ ...trials[0]!, candidates: { one: 'PnP-MIX.png' } }] }, 'two to eight');
    await refused({ trials: [trials[0], { ...trials[1]!, candidates: { a: 'x', b: 'y' } }] }, 'same methods');
    await refused({ trials: [{ ...trials[0]!, references: ['missing.png'] }] }, 'missing.png');
    await refused(
      { trials: [{ ...trials[0]!, references: ['../study.json'] }] },
      'not in the study’s folder',
    );
  });
});

describe('the ratings', () => {
  /** All pages of a participant by their opinions; attention checks answered correctly or not. */
  function answers(participant: number, seed: number, isAttentive = true): Rating[] {
    return questionnaireOf(study, seed).flatMap((page, index) =>
      page.methods.flatMap((method) =>
        study.criteria.map((criterion, at) => ({
          participant,
          page: page.key,
          method,
          criterion,
          value:
            page.requested === null || !isAttentive
              ? opinion(participant, index, method, at)
              : page.requested,
        })),
      ),
    );
  }

  test('survive closing and a second process, and are never overwritten', () => {
    const path = join(folder, 'ratings.sqlite');
    const store = StudyStore.open(path, study.fingerprint);
    const [first] = store.ensureParticipants(2);
    store.consent(1);
    const page = answers(1, first!.seed).slice(0, 12);
    store.addPage(page);
    store.addPage(page.map((rating) => ({ ...rating, value: 1 })));
    // As after a kill: the first connection is still open.
    const other = StudyStore.open(path, study.fingerprint);
    expect(other.ratings()).toHaveLength(12);
    expect(
      other
        .ratings()
        .map(({ value }) => value)
        .sort(),
    ).toEqual(page.map(({ value }) => value).sort());
    expect(other.ensureParticipants(3).slice(0, 2)).toEqual(store.participants().slice(0, 2));
    expect(other.participantOf(first!.token)).toMatchObject({ number: 1, hasConsented: true });
    expect(other.resultsToken).toBe(store.resultsToken);
    other.close();
    store.close();
    expect(() => StudyStore.open(path, 'another')).toThrow('another version of this study');
    writeFileSync(join(folder, 'no.sqlite'), 'text');
    expect(() => StudyStore.open(join(folder, 'no.sqlite'), 'x')).toThrow('cannot be used');
  });

  test('recover the true means of attentive raters, and exclude the others', () => {
    const participants = Array.from({ length: 40 }, (_, index) => ({
      number: index + 1,
      token: String(index),
      seed: 1000 + index,
      hasConsented: true,
    }));
    const ratings = participants.flatMap(({ number, seed }) => answers(number, seed, number !== 3));
    const results = resultsOf(study, participants, ratings);
    expect(results).toMatchObject({ participants: 40, finished: 40, excluded: [3] });
    expect(results.means).toHaveLength(12);
    for (const { method, criterion, rating } of results.means) {
      const truth = TRUE_MEANS[method]![study.criteria.indexOf(criterion)]!;
      expect(Math.abs(rating.mean - truth), `${method}, ${criterion}`).toBeLessThan(0.12);
      expect(rating.low!).toBeLessThanOrEqual(rating.mean);
      expect(rating.high!).toBeGreaterThanOrEqual(rating.mean);
    }
    for (const { alpha } of results.agreement) expect(alpha).toBeGreaterThan(0.6);
    expect(resultsOf(study, participants, [])).toMatchObject({ participants: 0, means: [] });
  });

  test('as CSV have one line each', () => {
    const lines = ratingsCsv([
      { participant: 1, page: 'trial x', method: '=cmd', criterion: 'a, b', value: 4 },
    ]).split('\r\n');
    expect(lines).toEqual(['participant,page,method,criterion,rating', `1,trial x,'=cmd,"a, b",4`, '']);
  });
});
