/** The results of a study: means per method and criterion with intervals (the paper's figure 4.3), and agreement. */
import { type Interval, intervalOf } from '../evaluation/statistics/intervals.ts';
import { csvCell } from '../foundation/csv.ts';
import { krippendorffAlpha } from './krippendorff-alpha.ts';
import { questionnaireOf } from './questionnaire.ts';
import type { Study } from './study-file.ts';
import type { Participant, Rating } from './study-store.ts';

/** One mean. */
export interface RatedMethod {
  readonly method: string;
  readonly criterion: string;
  readonly rating: Interval;
}

export interface StudyResults {
  readonly title: string;
  readonly methods: readonly string[];
  readonly criteria: readonly string[];
  /** Participants who rated anything, and how many of them finished. */
  readonly participants: number;
  readonly finished: number;
  /** Excluded from all numbers: they answered an attention check otherwise than asked. */
  readonly excluded: readonly number[];
  /** Means over all ratings, with 95 % intervals over participants. */
  readonly means: readonly RatedMethod[];
  /** Krippendorff's alpha per criterion, for ordered ratings; null while no picture has two ratings. */
  readonly agreement: readonly { readonly criterion: string; readonly alpha: number | null }[];
}

export function resultsOf(
  study: Study,
  participants: readonly Participant[],
  ratings: readonly Rating[],
): StudyResults {
  const excluded = new Set<number>();
  const active = new Set(ratings.map(({ participant }) => participant));
  let finished = 0;
  for (const { number, seed } of participants) {
    if (!active.has(number)) continue;
    const own = ratings.filter(({ participant }) => participant === number);
    const pages = questionnaireOf(study, seed);
    const answered = new Set(own.map(({ page }) => page));
    if (pages.every(({ key }) => answered.has(key))) finished++;
    for (const { key, requested } of pages) {
      const isMissed =
        requested !== null && own.some(({ page, value }) => page === key && value !== requested);
      if (isMissed) excluded.add(number);
    }
  }
  const counted = ratings.filter(
    ({ participant, page }) => !excluded.has(participant) && page.startsWith('trial '),
  );
  const means = study.methods.flatMap((method) =>
    study.criteria.flatMap((criterion): RatedMethod[] => {
      const values = counted
        .filter((rating) => rating.method === method && rating.criterion === criterion)
        .map(({ participant, value }) => ({ cluster: String(participant), value }));
      return values.length === 0 ? [] : [{ method, criterion, rating: intervalOf(values) }];
    }),
  );
  return {
    title: study.title,
    methods: study.methods,
    criteria: study.criteria,
    participants: active.size,
    finished,
    excluded: [...excluded].sort((a, b) => a - b),
    means,
    agreement: study.criteria.map((criterion) => ({
      criterion,
      alpha: krippendorffAlpha(
        unitsOf(counted.filter((rating) => rating.criterion === criterion)),
        'ordinal',
      ),
    })),
  };
}

/** The ratings of each picture by all participants. */
function unitsOf(ratings: readonly Rating[]): readonly (readonly number[])[] {
  const units = new Map<string, number[]>();
  for (const { page, method, value } of ratings) {
    const key = `${page}\n${method}`;
    units.set(key, [...(units.get(key) ?? []), value]);
  }
  return [...units.values()];
}

/** One rating a line (RFC 4180); attention checks included, marked by their page. */
export function ratingsCsv(ratings: readonly Rating[]): string {
  const lines = ratings.map(({ participant, page, method, criterion, value }) =>
    [participant, page, method, criterion, value].map(csvCell).join(','),
  );
  return `${['participant,page,method,criterion,rating', ...lines].join('\r\n')}\r\n`;
}
