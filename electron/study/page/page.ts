/** The rating page. It only shows what the server sends; the server decides what comes next and stores the ratings. */
import { type Language, type Texts, textsByLanguage } from './texts.ts';

/** As electron/study/study-server.ts sends it. */
interface Session {
  readonly title: string;
  readonly consent: string;
  readonly criteria: readonly string[];
  readonly hasConsented: boolean;
  readonly total: number;
  readonly done: number;
  readonly page: {
    readonly index: number;
    readonly prompt: string;
    readonly references: number;
    readonly candidates: number;
    readonly requested: number | null;
  } | null;
}

interface Results {
  readonly title: string;
  readonly participants: number;
  readonly finished: number;
  readonly excluded: readonly number[];
  readonly means: readonly {
    readonly method: string;
    readonly criterion: string;
    readonly rating: { readonly mean: number; readonly low: number | null; readonly high: number | null };
  }[];
  readonly agreement: readonly { readonly criterion: string; readonly alpha: number | null }[];
}

const RATINGS = [1, 2, 3, 4, 5];
const LANGUAGE_KEY = 'language';

const [, kind, token = ''] = /^#(token|results)=([\w-]+)$/.exec(location.hash) ?? [];
const main = document.querySelector('main')!;
let texts: Texts = textsByLanguage[startLanguage()];
/** Removes the listeners of the previous page. */
let removeKeys: () => void = () => undefined;
/** Shows the current view again, in another language. */
let show: () => void = () => undefined;

function startLanguage(): Language {
  const chosen = sessionStorage.getItem(LANGUAGE_KEY) ?? navigator.language;
  return chosen.startsWith('ko') ? 'ko' : 'en';
}

function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  properties: Partial<HTMLElementTagNameMap[Name]> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

async function call(path: string, body?: unknown): Promise<Response> {
  const response = await fetch(path, {
    headers: {
      Authorization: `Bearer ${token}`,
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
    },
    ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(await response.text());
  return response;
}

async function picture(path: string, alt: string): Promise<HTMLElement> {
  const address = URL.createObjectURL(await (await call(path)).blob());
  return element('figure', {}, element('img', { src: address, alt }), element('figcaption', {}, alt));
}

function view(...children: (Node | string)[]): void {
  main.replaceChildren(...children);
  main.focus();
  scrollTo(0, 0);
}

function fail(error: unknown): void {
  const message = error instanceof TypeError ? texts.offline : String((error as Error).message);
  main.querySelector('.error')?.remove();
  main.append(element('p', { className: 'error', role: 'alert' }, message));
}

function frame({ title, done, total, hasConsented }: Session): void {
  document.title = title;
  document.querySelector('#title')!.textContent = title;
  const bar = document.querySelector('progress')!;
  bar.hidden = !hasConsented;
  bar.value = done / total;
  document.querySelector('#count')!.textContent = hasConsented ? texts.count(done, total) : '';
}

async function showSession(session: Session): Promise<void> {
  show = () => void showSession(session).catch(fail);
  frame(session);
  removeKeys();
  if (!session.hasConsented) return showConsent(session);
  if (session.page === null) return view(element('h2', {}, texts.finished));
  await showPage(session, session.page);
}

function showConsent({ consent }: Session): void {
  const agree = element('button', { type: 'button' }, texts.agree);
  agree.addEventListener('click', () => {
    call('/api/consent', {})
      .then(async (response) => showSession((await response.json()) as Session))
      .catch(fail);
  });
  view(element('p', { className: 'consent' }, consent), agree);
}

async function showPage({ criteria }: Session, page: NonNullable<Session['page']>): Promise<void> {
  // The previous page must not be mistaken for this one while its pictures load.
  main.replaceChildren('…');
  const base = `/api/pictures/${page.index}`;
  const references = await Promise.all(
    Array.from({ length: page.references }, (_, at) => picture(`${base}/r${at}`, texts.reference(at + 1))),
  );
  const ratings: (number | undefined)[][] = [];
  const scales: HTMLFieldSetElement[] = [];
  const candidates = await Promise.all(
    Array.from({ length: page.candidates }, async (_, candidate) => {
      const name = texts.candidate(String.fromCharCode(97 + candidate));
      ratings[candidate] = criteria.map(() => undefined);
      const shown = await picture(`${base}/c${candidate}`, name);
      const rows = criteria.map((criterion, at) => scale(candidate, at, `${name}: ${criterion}`, criterion));
      for (const [at, row] of rows.entries()) {
        scales[candidate * criteria.length + at] = row;
        row.addEventListener('change', (event) => {
          ratings[candidate]![at] = Number((event.target as HTMLInputElement).value);
          next.disabled = !isComplete();
        });
      }
      return element('section', { className: 'candidate' }, shown, ...rows);
    }),
  );
  const isComplete = () => ratings.every((row) => row.every((value) => value !== undefined));
  const next = element('button', { type: 'button', disabled: true }, texts.next);
  const send = () => {
    if (!isComplete()) return fail(new Error(texts.incomplete));
    next.disabled = true;
    call('/api/pages', { index: page.index, ratings })
      .then(async (response) => showSession((await response.json()) as Session))
      .catch((error: unknown) => {
        next.disabled = false;
        fail(error);
      });
  };
  next.addEventListener('click', send);
  view(
    ...(page.requested === null ? [] : [element('p', { className: 'check' }, texts.check(page.requested))]),
    element('p', { className: 'prompt' }, `“${page.prompt}”`),
    element('h2', { className: 'hint' }, texts.references),
    element('div', { className: 'references' }, ...references),
    element('p', {}, texts.instructions),
    element('div', { className: 'candidates' }, ...candidates),
    element('p', { className: 'hint' }, `${texts.low} · ${texts.high}. ${texts.keys}`),
    next,
  );
  listenToKeys(scales, send);
}

/** One criterion of one candidate. */
function scale(candidate: number, criterion: number, label: string, legend: string): HTMLFieldSetElement {
  const options = RATINGS.map((value) =>
    element(
      'label',
      {},
      element('input', {
        type: 'radio',
        name: `rating-${candidate}-${criterion}`,
        value: String(value),
        ariaLabel: `${label}, ${value}`,
      }),
      String(value),
    ),
  );
  const row = element('div', { className: 'scale' }, ...options);
  return element('fieldset', {}, element('legend', {}, legend), row);
}

/** Digits rate the current scale and go to the next one without a rating. */
function listenToKeys(scales: readonly HTMLFieldSetElement[], send: () => void): void {
  removeKeys();
  let current = 0;
  const mark = (at: number) => {
    current = Math.min(Math.max(at, 0), scales.length - 1);
    for (const [index, row] of scales.entries()) row.classList.toggle('current', index === current);
    scales[current]!.scrollIntoView({ block: 'nearest' });
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const option = scales[current]?.querySelector<HTMLInputElement>(`input[value="${event.key}"]`);
    if (/^[1-5]$/.test(event.key) && option) {
      option.click();
      mark(current + 1);
    } else if (event.key === 'Backspace') mark(current - 1);
    else if (event.key === 'Enter' && !(event.target instanceof HTMLButtonElement)) send();
    else return;
    event.preventDefault();
  };
  document.addEventListener('keydown', onKey);
  removeKeys = () => document.removeEventListener('keydown', onKey);
  for (const [index, row] of scales.entries()) row.addEventListener('focusin', () => mark(index));
  mark(0);
}

async function showResults(): Promise<void> {
  show = () => void showResults().catch(fail);
  const results = (await (await call('/api/results')).json()) as Results;
  const { title, participants, finished, excluded, means, agreement } = results;
  document.title = `${title}: ${texts.results}`;
  document.querySelector('#title')!.textContent = document.title;
  const people = element('p', {}, texts.people(participants, finished, excluded.length));
  if (means.length === 0) return view(people, element('p', {}, texts.noRatings));
  const download = element('button', { type: 'button' }, texts.download);
  download.addEventListener('click', () => void saveCsv().catch(fail));
  const chart = await picture('/api/results.svg', title);
  chart.className = 'chart';
  view(
    people,
    chart,
    table(
      [texts.rated, texts.mean, texts.interval],
      means.map(({ method, criterion, rating: { mean, low, high } }) => [
        `${method}, ${criterion}`,
        mean.toFixed(2),
        low === null || high === null ? '–' : `${low.toFixed(2)} – ${high.toFixed(2)}`,
      ]),
    ),
    element('h2', {}, texts.agreement),
    table(
      [texts.criterion, 'α'],
      agreement.map(({ criterion, alpha }) => [criterion, alpha === null ? '–' : alpha.toFixed(3)]),
    ),
    download,
  );
}

function table(headings: readonly string[], rows: readonly (readonly string[])[]): HTMLTableElement {
  const head = element('tr', {}, ...headings.map((text) => element('th', { scope: 'col' }, text)));
  const body = rows.map(([first = '', ...others]) =>
    element(
      'tr',
      {},
      element('th', { scope: 'row' }, first),
      ...others.map((text) => element('td', {}, text)),
    ),
  );
  return element('table', {}, element('thead', {}, head), element('tbody', {}, ...body));
}

async function saveCsv(): Promise<void> {
  const address = URL.createObjectURL(await (await call('/api/results.csv')).blob());
  element('a', { href: address, download: 'ratings.csv' }).click();
}

function chooseLanguage(language: Language): void {
  texts = textsByLanguage[language];
  document.documentElement.lang = language;
  document.querySelector('#language')!.textContent = texts.language;
}

const languageButton = document.querySelector<HTMLButtonElement>('#language')!;
languageButton.addEventListener('click', () => {
  const language = document.documentElement.lang === 'ko' ? 'en' : 'ko';
  sessionStorage.setItem(LANGUAGE_KEY, language);
  chooseLanguage(language);
  show();
});
chooseLanguage(startLanguage());

if (kind === undefined) view(texts.noLink);
else if (kind === 'results') showResults().catch(fail);
else {
  call('/api/session')
    .then(async (response) => showSession((await response.json()) as Session))
    .catch(fail);
}
