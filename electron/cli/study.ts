/** `study`: serves the rating page of a user study, or prints its results. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { StudioError } from '../contract/errors.ts';
import type { Command, CommandContext, ParsedOptions } from '../foundation/command-line/command.ts';
import { readStudy } from '../study/study-file.ts';
import { writeStudyFromReport } from '../study/study-from-report.ts';
import { resultsOf, type StudyResults } from '../study/study-results.ts';
import { startStudyServer } from '../study/study-server.ts';
import { StudyStore } from '../study/study-store.ts';

const DEFAULT_PORT = 4320;
const RATINGS_FILE = 'ratings.sqlite';

export const studyCommand: Command = {
  name: 'study',
  summary: 'Serves the rating page of a user study to participants, and its results.',
  usage: 'FOLDER [options]',
  operands: ['FOLDER'],
  details:
    'FOLDER holds study.json and its pictures (docs/evaluation.md), which --from writes; ratings go to ratings.sqlite there. Each participant\n' +
    'has a link. Only this machine can open them, unless --address names one that others can reach.',
  options: {
    participants: {
      value: 'COUNT',
      description: 'How many links there are; 30 by default, as in the paper.',
    },
    port: { value: 'NUMBER', description: `Port; ${DEFAULT_PORT} by default, 0 picks a free one.` },
    address: {
      value: 'ADDRESS',
      description: 'Address to listen on; 127.0.0.1 by default, which only this machine can reach.',
    },
    results: { description: 'Print the results instead of serving the page.' },
    from: {
      value: 'FOLDER',
      description: 'First write FOLDER’s study.json from the report of evaluate --protocol in this folder.',
    },
    methods: {
      value: 'ID,...',
      description: 'With --from: the methods to compare, two to eight; up to four usual ones by default.',
    },
  },
  run: runStudy,
};

async function runStudy(context: CommandContext): Promise<void> {
  const { options, positionals, signal, print, result } = context;
  const [folder] = positionals as [string];
  const from = options.text('from');
  const methods = options.text('methods')?.split(',');
  if (methods !== undefined && from === undefined) throw new StudioError('USAGE', '--methods needs --from.');
  if (from !== undefined) {
    if (existsSync(join(folder, 'study.json'))) {
      throw new StudioError(
        'USAGE',
        `${folder} has a study.json already: omit --from, or name another folder.`,
      );
    }
    await writeStudyFromReport(from, methods, folder);
  }
  const study = await readStudy(folder);
  const store = StudyStore.open(join(folder, RATINGS_FILE), study.fingerprint);
  try {
    if (options.has('results')) {
      const results = resultsOf(study, store.participants(), store.ratings());
      result(results);
      for (const line of linesOf(results)) print(line);
      return;
    }
    const count = options.number('participants', { minimum: 1, maximum: 10_000, isWhole: true }) ?? 30;
    const address = options.text('address') ?? '127.0.0.1';
    const server = await startStudyServer({
      study,
      store,
      address,
      port: readPort(options),
      onFault: (error) => console.error('fault in the study:', error),
    });
    try {
      const base = `http://${address.includes(':') ? `[${address}]` : address}:${server.port}/`;
      const links = store.ensureParticipants(count).map(({ number, token }) => ({
        participant: number,
        url: `${base}#token=${token}`,
      }));
      const resultsUrl = `${base}#results=${store.resultsToken}`;
      result({ resultsUrl, links });
      print(`Results: ${resultsUrl}`);
      for (const { participant, url } of links) print(`Participant ${participant}: ${url}`);
      print('Press Ctrl-C to end it; all ratings are saved, and the links stay the same.');
      await stopped(signal);
    } finally {
      await server.close();
    }
  } finally {
    store.close();
  }
}

function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** @throws StudioError USAGE */
function readPort(options: ParsedOptions): number {
  const text = options.text('port') ?? String(DEFAULT_PORT);
  const port = Number(text);
  if (/^\d+$/.test(text) && port < 65_536) return port;
  throw new StudioError('USAGE', `--port takes a number from 0 to 65535, not "${text}".`);
}

function linesOf({ participants, finished, excluded, means, agreement }: StudyResults): string[] {
  return [
    `${participants} participants have rated, ${finished} have finished, ${excluded.length} are excluded by attention checks.`,
    ...means.map(({ method, criterion, rating: { mean, low, high } }) => {
      const interval = low === null || high === null ? '' : ` (${low.toFixed(2)} to ${high.toFixed(2)})`;
      return `${criterion}: ${method} ${mean.toFixed(2)}${interval}`;
    }),
    ...agreement.map(
      ({ criterion, alpha }) =>
        `agreement on ${criterion} (Krippendorff's alpha, ordinal): ${alpha === null ? 'unknown' : alpha.toFixed(3)}`,
    ),
  ];
}
