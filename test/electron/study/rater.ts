/** A simulated rater over HTTP: recognises a method by its pictures' bytes, since nothing else reveals it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { METHODS, opinion } from './sample-study.ts';

interface Session {
  readonly hasConsented: boolean;
  readonly total: number;
  readonly done: number;
  readonly page: {
    readonly index: number;
    readonly candidates: number;
    readonly requested: number | null;
  } | null;
}

export interface Rater {
  readonly session: () => Promise<Session>;
  readonly consent: () => Promise<Session>;
  /** Rates the next page. */
  readonly ratePage: (session: Session) => Promise<Session>;
}

/** @param base address of the study @param number chooses the rater's opinions */
export function rater(base: string, token: string, number: number, folder: string): Rater {
  const call = async (path: string, body?: unknown) => {
    const response = await fetch(new URL(path, base), {
      headers: { Authorization: `Bearer ${token}` },
      ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
    return response;
  };
  const methodOf = new Map(
    METHODS.map((method) => [readFileSync(join(folder, `${method}.png`)).toString('hex'), method]),
  );
  const json = async (response: Promise<Response>) => (await (await response).json()) as Session;
  return {
    session: () => json(call('/api/session')),
    consent: () => json(call('/api/consent', {})),
    ratePage: async ({ page }) => {
      const { index, candidates, requested } = page!;
      const ratings = [];
      for (let candidate = 0; candidate < candidates; candidate++) {
        const picture = await (await call(`/api/pictures/${index}/c${candidate}`)).arrayBuffer();
        const method = methodOf.get(Buffer.from(picture).toString('hex'))!;
        ratings.push([0, 1, 2].map((criterion) => requested ?? opinion(number, index, method, criterion)));
      }
      return json(call('/api/pages', { index, ratings }));
    },
  };
}
