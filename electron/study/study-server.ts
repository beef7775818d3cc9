/**
 * The rating page over HTTP. Participants and the results have a token each, which follows the # of their links and
 * travels in the Authorization header: no other page of the browser can send it, and no log or address has it.
 */
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text as readText } from 'node:stream/consumers';
import { transform } from '@swc/core';
import * as z from 'zod';
import { PICTURE_FORMATS } from '../contract/picture-formats.ts';
import { listen } from '../foundation/listen.ts';
import { requirePictureFormat } from '../foundation/pictures/picture-format.ts';
import { isSameSecret } from '../foundation/same-secret.ts';
import { HIGHEST_RATING, LOWEST_RATING, questionnaireOf, type Trial } from './questionnaire.ts';
import { plotOfResults } from './results-plot.ts';
import { readStudyPicture, type Study } from './study-file.ts';
import { ratingsCsv, resultsOf } from './study-results.ts';
import type { Participant, StudyStore } from './study-store.ts';

export interface StudyServerOptions {
  readonly study: Study;
  readonly store: StudyStore;
  readonly address: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** Called with bugs of the program; never gets a token. */
  readonly onFault: (error: unknown) => void;
}

export interface RunningStudy {
  readonly port: number;
  readonly close: () => Promise<void>;
}

const MAX_BODY_BYTES = 64 * 1024;

const HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src blob:; connect-src 'self'; base-uri 'none'; " +
    "form-action 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
};

/** The page's files, by their address. */
const FILES: Readonly<Record<string, { readonly name: string; readonly type: string }>> = {
  '/': { name: 'page.html', type: 'text/html; charset=utf-8' },
  '/page.css': { name: 'page.css', type: 'text/css; charset=utf-8' },
  '/page.ts': { name: 'page.ts', type: 'text/javascript; charset=utf-8' },
  '/texts.ts': { name: 'texts.ts', type: 'text/javascript; charset=utf-8' },
};

const ratingSchema = z.int().min(LOWEST_RATING).max(HIGHEST_RATING);
const pageSchema = z.strictObject({
  index: z.int().nonnegative(),
  ratings: z.array(z.array(ratingSchema)),
});

/** A refusal with its status. */
class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** @throws StudioError ADDRESS_UNAVAILABLE */
export async function startStudyServer(options: StudyServerOptions): Promise<RunningStudy> {
  const { address, port, onFault } = options;
  const server = createServer((request, response) => {
    handle(options, request, response).catch((error: unknown) => {
      if (error instanceof Refusal) {
        send(response, error.status, 'text/plain; charset=utf-8', `${error.message}\n`);
        return;
      }
      onFault(error);
      if (response.headersSent) response.destroy();
      else send(response, 500, 'text/plain; charset=utf-8', 'Something went wrong. This is a bug.\n');
    });
  });
  const taken = await listen(server, port, address);
  return {
    port: taken,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function handle(
  options: StudyServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = URL.parse(request.url ?? '/', 'http://host');
  if (url === null) throw new Refusal(404, 'There is no such page.');
  const { pathname } = url;
  const file = FILES[pathname];
  if (file !== undefined) {
    if (request.method !== 'GET') throw new Refusal(405, 'Pages can only be read.');
    const content = await readFile(new URL(`page/${file.name}`, import.meta.url), 'utf8');
    const body = file.name.endsWith('.ts') ? await withoutTypes(content) : content;
    send(response, 200, file.type, body);
    return;
  }
  const token = /^Bearer ([\w-]{1,100})$/.exec(request.headers.authorization ?? '')?.[1];
  if (pathname.startsWith('/api/results')) return sendResults(options, pathname, token, response);
  if (!pathname.startsWith('/api/')) throw new Refusal(404, 'There is no such page.');
  const participant = token === undefined ? undefined : options.store.participantOf(token);
  if (participant === undefined) throw new Refusal(401, 'This link is not one of the study’s.');
  const route = `${request.method} ${pathname}`;
  if (route === 'GET /api/session') return sendSession(options, participant, response);
  if (route === 'POST /api/consent') {
    options.store.consent(participant.number);
    return sendSession(options, { ...participant, hasConsented: true }, response);
  }
  if (route === 'POST /api/pages') return addPage(options, participant, request, response);
  const picture = /^GET \/api\/pictures\/(\d{1,6})\/([rc])(\d{1,3})$/.exec(route);
  if (picture) {
    const [, index, kind, number] = picture;
    return sendPicture(options, participant, Number(index), kind!, Number(number), response);
  }
  throw new Refusal(404, 'There is no such page.');
}

/** The page's code for the browser. */
async function withoutTypes(code: string): Promise<string> {
  const parser = { syntax: 'typescript' } as const;
  return (await transform(code, { jsc: { parser, target: 'es2022' }, module: { type: 'es6' } })).code;
}

/** The page's contents: nothing in them reveals which method made a picture. */
function sendSession(
  { study, store }: StudyServerOptions,
  participant: Participant,
  response: ServerResponse,
): void {
  const pages = questionnaireOf(study, participant.seed);
  const index = nextPage(pages, store.answeredPages(participant.number));
  const page = pages[index];
  sendJson(response, {
    title: study.title,
    consent: study.consent,
    criteria: study.criteria,
    hasConsented: participant.hasConsented,
    total: pages.length,
    done: index,
    page:
      page === undefined
        ? null
        : {
            index,
            prompt: page.prompt,
            references: page.references.length,
            candidates: page.candidates.length,
            requested: page.requested,
          },
  });
}

/** Pages are answered in their order. */
function nextPage(pages: readonly Trial[], answered: ReadonlySet<string>): number {
  const index = pages.findIndex(({ key }) => !answered.has(key));
  return index === -1 ? pages.length : index;
}

async function addPage(
  options: StudyServerOptions,
  participant: Participant,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { study, store } = options;
  if (!participant.hasConsented) throw new Refusal(403, 'The consent comes first.');
  const parsed = pageSchema.safeParse(await readJson(request));
  if (!parsed.success) throw new Refusal(400, 'These are no ratings.');
  const { index, ratings } = parsed.data;
  const pages = questionnaireOf(study, participant.seed);
  const next = nextPage(pages, store.answeredPages(participant.number));
  const page = pages[index];
  // A page sent twice, or open in a second tab, changes nothing.
  if (page === undefined || index > next) throw new Refusal(409, 'This page has not been reached.');
  const isWhole =
    ratings.length === page.methods.length && ratings.every((row) => row.length === study.criteria.length);
  if (!isWhole) throw new Refusal(400, 'Every picture needs a rating on every criterion.');
  if (index === next) {
    store.addPage(
      ratings.flatMap((row, candidate) =>
        row.map((value, criterion) => ({
          participant: participant.number,
          page: page.key,
          method: page.methods[candidate]!,
          criterion: study.criteria[criterion]!,
          value,
        })),
      ),
    );
  }
  sendSession(options, participant, response);
}

async function sendPicture(
  { study }: StudyServerOptions,
  participant: Participant,
  index: number,
  kind: string,
  number: number,
  response: ServerResponse,
): Promise<void> {
  const page = questionnaireOf(study, participant.seed)[index];
  const file = (kind === 'r' ? page?.references : page?.candidates)?.[number];
  if (file === undefined) throw new Refusal(404, 'There is no such picture.');
  const bytes = await readStudyPicture(study.folder, file);
  send(response, 200, PICTURE_FORMATS[requirePictureFormat(bytes, file)].mediaType, bytes);
}

async function sendResults(
  { study, store }: StudyServerOptions,
  pathname: string,
  token: string | undefined,
  response: ServerResponse,
): Promise<void> {
  if (token === undefined || !isSameSecret(token, store.resultsToken)) {
    throw new Refusal(401, 'This link does not lead to the results.');
  }
  const ratings = store.ratings();
  if (pathname === '/api/results.csv')
    return send(response, 200, 'text/csv; charset=utf-8', ratingsCsv(ratings));
  const results = resultsOf(study, store.participants(), ratings);
  if (pathname === '/api/results') return sendJson(response, results);
  if (pathname === '/api/results.svg') {
    return send(response, 200, 'image/svg+xml; charset=utf-8', await plotOfResults(results));
  }
  throw new Refusal(404, 'There is no such page.');
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const length = Number(request.headers['content-length'] ?? Number.NaN);
  if (!(length <= MAX_BODY_BYTES)) throw new Refusal(413, 'These ratings are too long.');
  try {
    return JSON.parse(await readText(request));
  } catch {
    throw new Refusal(400, 'These are no ratings.');
  }
}

function sendJson(response: ServerResponse, value: unknown): void {
  send(response, 200, 'application/json; charset=utf-8', JSON.stringify(value));
}

function send(response: ServerResponse, status: number, type: string, body: string | Uint8Array): void {
  response.writeHead(status, { ...HEADERS, 'Content-Type': type });
  response.end(body);
}
