/** What a protocol found: means with intervals, and comparisons of the method with every other. */

import { SCORE_NAMES, SCORES, type ScoreName } from '../../contract/picture-scores.ts';
import type { DeviceReport } from '../../contract/progress.ts';
import type { RenderRequest } from '../../contract/render-request.ts';
import { paperAblation, paperComparison, paperTotalTime } from '../paper-figures.ts';
import type { SceneRecord } from '../protocol/measured-scene.ts';
import type { Method } from '../protocol/methods.ts';
import type { PictureFailure, PictureRecord, ProtocolOutcome } from '../protocol/run-protocol.ts';
import {
  type ClusteredValue,
  type Comparison,
  compare,
  type Interval,
  intervalOf,
} from '../statistics/intervals.ts';
import type { TotalTimes } from '../total-time.ts';

/** One method over all pictures. */
export interface MethodSummary {
  readonly id: string;
  readonly title: string;
  readonly kind: Method['kind'];
  readonly cell: { readonly alpha: number; readonly beta: number } | null;
  readonly pictures: number;
  /** null where no picture has the score. */
  readonly scores: Readonly<Record<ScoreName, Interval | null>>;
  readonly seconds: Interval | null;
  readonly unetRows: Interval | null;
}

/** The reference method against another, in one score. */
export interface MethodComparison extends Comparison {
  readonly score: ScoreName;
  readonly method: string;
  readonly other: string;
  /** By the score's direction; undecided whenever the interval contains zero. */
  readonly better: 'method' | 'other' | 'undecided';
}

export interface ProtocolReport {
  readonly version: 1;
  readonly name: string;
  readonly description: string;
  readonly pack: RenderRequest['pack'];
  readonly device: DeviceReport;
  /** What measured, by score family. */
  readonly instruments: readonly {
    readonly scores: string;
    readonly name: string;
    readonly fingerprint: string;
  }[];
  readonly sets: readonly string[];
  readonly seeds: readonly number[];
  readonly methods: readonly MethodSummary[];
  /** The method that the others are compared with. */
  readonly reference: string | null;
  readonly comparisons: readonly MethodComparison[];
  readonly failures: readonly PictureFailure[];
  readonly pictures: readonly PictureRecord[];
  readonly scenes: readonly SceneRecord[];
  readonly totalTimes: TotalTimes | null;
  /** As published: other encoders, other pictures. */
  readonly paper: {
    readonly ablation: typeof paperAblation;
    readonly comparison: typeof paperComparison;
    readonly totalTime: typeof paperTotalTime;
  };
  readonly seconds: number;
}

export type ReportFacts = Pick<
  ProtocolReport,
  'name' | 'description' | 'pack' | 'device' | 'instruments' | 'seconds' | 'totalTimes'
>;

/** Summarises an outcome. */
export function summariseProtocol(outcome: ProtocolOutcome, facts: ReportFacts): ProtocolReport {
  const { methods, pictures, scenes, failures } = outcome;
  const byMethod = (id: string) => pictures.filter(({ method }) => method === id);
  const reference =
    ['e', 'recommended', ...methods.map(({ id }) => id)].find((id) => byMethod(id).length > 0) ?? null;
  const others = methods.filter(({ id, kind }) => id !== reference && kind !== 'grid');
  return {
    version: 1,
    ...facts,
    sets: [...new Set(scenes.map(({ set }) => set))],
    seeds: [...new Set(scenes.map(({ seed }) => seed))],
    methods: methods.map((method) => summariseMethod(method, byMethod(method.id))),
    reference,
    comparisons:
      reference === null
        ? []
        : others.flatMap(({ id }) =>
            SCORE_NAMES.flatMap((score) =>
              comparisonOf(score, reference, id, byMethod(reference), byMethod(id)),
            ),
          ),
    failures,
    pictures,
    scenes,
    paper: { ablation: paperAblation, comparison: paperComparison, totalTime: paperTotalTime },
  };
}

function summariseMethod(method: Method, pictures: readonly PictureRecord[]): MethodSummary {
  const interval = (of: (picture: PictureRecord) => number | null): Interval | null => {
    const values = pictures.flatMap((picture): ClusteredValue[] => {
      const value = of(picture);
      return value === null ? [] : [{ cluster: picture.set, value }];
    });
    return values.length === 0 ? null : intervalOf(values);
  };
  return {
    id: method.id,
    title: method.title,
    kind: method.kind,
    cell: method.kind === 'grid' ? (method.cell ?? null) : null,
    pictures: pictures.length,
    scores: Object.fromEntries(
      SCORE_NAMES.map((name) => [name, interval(({ scores }) => scores[name])]),
    ) as MethodSummary['scores'],
    seconds: interval(({ seconds }) => seconds),
    unetRows: interval(({ unetRows }) => unetRows),
  };
}

/** Empty when the two have no picture of the same set and seed with this score. */
function comparisonOf(
  score: ScoreName,
  method: string,
  other: string,
  own: readonly PictureRecord[],
  rivals: readonly PictureRecord[],
): MethodComparison[] {
  const differences = own.flatMap(({ set, seed, scores }): ClusteredValue[] => {
    const rival = rivals.find((picture) => picture.set === set && picture.seed === seed);
    const [a, b] = [scores[score], rival?.scores[score] ?? null];
    return a === null || b === null ? [] : [{ cluster: set, value: a - b }];
  });
  if (differences.length === 0) return [];
  const comparison = compare(differences);
  const wins = SCORES[score].better === 'higher' ? 'higher' : 'lower';
  const better =
    comparison.verdict === 'undecided' ? 'undecided' : comparison.verdict === wins ? 'method' : 'other';
  return [{ ...comparison, score, method, other, better }];
}

/** Titles of the ablation's rows are sentences; beside other methods there is room for their letters. */
export function shortTitle({ id, title, kind }: Pick<MethodSummary, 'id' | 'title' | 'kind'>): string {
  if (kind === 'row') return `PnP-MIX (${id})`;
  return kind === 'recommended' ? 'PnP-MIX, recommended' : title;
}

/** Scores that at least one method has, in the order of tables. */
export function measuredScores({ methods }: ProtocolReport): readonly ScoreName[] {
  return SCORE_NAMES.filter((name) => methods.some(({ scores }) => scores[name] !== null));
}
