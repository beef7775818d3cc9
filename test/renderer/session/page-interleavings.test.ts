/**
 * A page with two projects and an in-memory host, in any order: each change is committed once, to its own project.
 */
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { StudioError } from '../../../electron/contract/errors.ts';
import type { JobState } from '../../../electron/contract/jobs.ts';
import type { ProjectState } from '../../../electron/contract/project-state.ts';
import { emptySceneDocument, type SceneDocument } from '../../../electron/contract/scene-document.ts';
import type { StudioClient } from '../../../renderer/client/studio-client.ts';
import { maskPlane } from '../../../renderer/editor/mask-plane.ts';
import { Jobs } from '../../../renderer/session/jobs.ts';
import { Masks } from '../../../renderer/session/masks.ts';
import { removeObjects } from '../../../renderer/session/object-removal.ts';
import { Projects } from '../../../renderer/session/projects.ts';
import { Renders } from '../../../renderer/session/renders.ts';
import { SmartSelect } from '../../../renderer/session/smart-select.ts';
import { useStudio } from '../../../renderer/session/studio-store.ts';
import { documentConcept } from './document-concept.ts';
import { renderSummary } from './render-summary.ts';

const PATHS = ['/a.pnpmix', '/b.pnpmix'] as const;
type Path = (typeof PATHS)[number];

/** Each project has a concept with the same id, as a project and its copy do. */
const CONCEPT = 'cat';
const start: SceneDocument = {
  ...emptySceneDocument(),
  background: 'street',
  concepts: [documentConcept(CONCEPT)],
};

/** A project's file, and the host's in-memory state of it. */
interface HostedProject {
  history: SceneDocument[];
  revision: number;
}

type Input = { readonly [name: string]: unknown } & { readonly projectId?: string };

class Host {
  readonly projects = new Map<Path, HostedProject>(
    PATHS.map((path) => [path, { history: [start], revision: 0 }]),
  );
  readonly #open = new Map<string, Path>();
  readonly jobs = new Map<string, JobState>();
  /** Files that have been moved away. */
  readonly gone = new Set<Path>();
  #generation = 0;
  #count = 0;

  /** Another process: it has the files and nothing else. */
  restart(): void {
    this.#generation++;
    this.#open.clear();
    this.jobs.clear();
    for (const project of this.projects.values()) project.revision = 0;
  }

  carryOut(name: string, input: Input): unknown {
    switch (name) {
      case 'upload':
        return input.bytes;
      case 'project.open': {
        const path = input.path as Path;
        if (this.gone.has(path)) throw new StudioError('PROJECT_MISSING', 'gone');
        this.#open.set(this.#idOf(path), path);
        return this.#state(path);
      }
      case 'jobs.list':
        return [...this.jobs.values()];
      case 'jobs.cancel':
        if (!this.jobs.has(String(input.jobId))) throw new StudioError('JOB_UNKNOWN', 'ended');
        return null;
    }
    const path = this.#open.get(String(input.projectId));
    if (path === undefined) throw new StudioError('PROJECT_UNKNOWN', 'not open');
    const project = this.projects.get(path)!;
    if (this.gone.has(path) && ['project.commit', 'assets.import'].includes(name)) {
      throw new StudioError('PROJECT_MOVED', 'gone');
    }
    switch (name) {
      case 'project.commit':
        if (input.baseRevision !== project.revision) throw new StudioError('PROJECT_CONFLICT', 'changed');
        project.history.push(input.document as SceneDocument);
        project.revision++;
        return this.#state(path);
      case 'project.state':
        return this.#state(path);
      case 'assets.import':
        return { asset: input.upload, notes: [] };
      case 'assets.info':
        return { width: 2, height: 2 };
      case 'renders.page':
        return { renders: [], cursor: null };
      case 'renders.enqueue':
        return renderSummary(`render ${this.#count++}`, { state: 'queued' });
      case 'prepare.removeObjects':
      case 'prepare.selectMask':
        return this.#begin(name);
      default:
        throw new Error(`${name} was not expected.`);
    }
  }

  get isAtWork(): boolean {
    return [...this.jobs.values()].some(({ state }) => state === 'running');
  }

  /** Ends the job that has run longest. @returns its last state */
  endJob(): JobState | undefined {
    const running = [...this.jobs.values()].find(({ state }) => state === 'running');
    if (running === undefined) return undefined;
    const ended: JobState = { ...running, state: 'done' };
    this.jobs.set(running.jobId, ended);
    return ended;
  }

  #begin(name: string): JobState {
    const jobId = `job ${this.#count++}`;
    const result =
      name === 'prepare.selectMask'
        ? { kind: 'masks', candidates: [{ mask: jobId }] }
        : { kind: 'inpainted', image: jobId, method: 'telea' };
    const job = { jobId, state: 'running', notices: [], error: null, result } as unknown as JobState;
    this.jobs.set(jobId, job);
    return job;
  }

  #idOf(path: Path): string {
    return `${path} ${this.#generation}`;
  }

  #state(path: Path): ProjectState {
    const { history, revision } = this.projects.get(path)!;
    return {
      projectId: this.#idOf(path),
      name: path,
      path,
      isReadOnly: false,
      document: history.at(-1)!,
      revision,
      history: { position: history.length - 1, length: history.length, undoLabel: null, redoLabel: null },
    };
  }
}

interface PendingCall {
  readonly name: string;
  readonly input: Input;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** The parts of the page, and its pending calls. */
class Page {
  readonly host = new Host();
  readonly pending: PendingCall[] = [];
  readonly jobs = new Jobs();
  readonly masks: Masks;
  readonly renders: Renders;
  readonly projects: Projects;
  readonly smartSelect: SmartSelect;
  /** Promises that have not settled. */
  readonly awaited = new Set<string>();
  /** Changes by the project they were made in, each with its trace in a document. */
  readonly made: { readonly path: Path; readonly isIn: (document: SceneDocument) => boolean }[] = [];
  #count = 0;
  #isOpening = false;

  constructor() {
    const ask = (name: string, input: Input) =>
      new Promise((resolve, reject) => this.pending.push({ name, input, resolve, reject }));
    const client = {
      call: ask,
      upload: (bytes: unknown) => ask('upload', { bytes }),
    } as unknown as Pick<StudioClient, 'call' | 'upload'>;
    this.masks = new Masks(client, this.jobs, async (plane) => String(plane.data[0]) as never);
    this.smartSelect = new SmartSelect(client, this.jobs);
    this.renders = new Renders(client, { isActive: false, gestureCount: 0 }, () => this.projects.shown);
    const none = () => undefined;
    const tools = { conclude: none, leaveProject: none, markSaved: none, setTool: none };
    this.projects = new Projects(client, tools, this.renders);
    this.#client = client;
  }

  readonly #client: Pick<StudioClient, 'call' | 'upload'>;

  get #shown() {
    return this.projects.shown!;
  }

  /** Tracks a promise until it settles; a lost connection also settles it. */
  #await(what: string, promise: Promise<unknown>): void {
    const name = `${what} ${this.#count++}`;
    this.awaited.add(name);
    promise.then(
      () => this.awaited.delete(name),
      (error: unknown) => {
        if (!(error instanceof StudioError)) throw error;
        this.awaited.delete(name);
      },
    );
  }

  edit(): void {
    const mark = `<${this.#count++}>`;
    this.made.push({
      path: this.#shown.path as Path,
      isIn: ({ prompt }) => prompt.includes(mark),
    });
    this.#shown.edit(mark, (document) =>
      document.prompt.includes(mark) ? document : { ...document, prompt: `${document.prompt}${mark}` },
    );
    this.#await('saved', this.#shown.saved());
  }

  gesture(): void {
    const plane = maskPlane(2, 2);
    const value = (this.#count++ % 255) + 1;
    plane.data.fill(value);
    const path = this.#shown.path as Path;
    const marker = this.made.length;
    this.made.push({ path, isIn: ({ concepts }) => concepts[0]!.mask === `${value}` });
    this.#await(
      `gesture ${marker}`,
      this.masks.save(this.#shown, CONCEPT, plane, { kind: 'gesture', label: 'brush' }),
    );
  }

  remove(): void {
    const path = this.#shown.path as Path;
    const removed = removeObjects({ client: this.#client, jobs: this.jobs }, this.#shown, {
      growPx: 1,
      method: 'auto',
    }).then((result) => {
      if (result) this.made.push({ path, isIn: ({ inpainted }) => inpainted === result.image });
    });
    this.#await('removal', removed);
  }

  select(): void {
    const selection = { points: [{ x: 1, y: 1, positive: true }], box: null };
    this.#await('selection', this.smartSelect.ask(this.#shown, this.#shown.document.background, selection));
  }

  render(): void {
    this.#await('render', this.renders.enqueue(this.#shown));
  }

  open(path: Path): Promise<void> | undefined {
    if (this.#isOpening) return undefined;
    this.#isOpening = true;
    const opened = this.projects
      .open(() => this.#client.call('project.open', { path }))
      .finally(() => {
        this.#isOpening = false;
      });
    this.#await('opening', opened);
    return opened;
  }

  /** Answers one of the pending calls. */
  answer(at: number): void {
    if (this.pending.length === 0) return;
    const [{ name, input, resolve, reject }] = this.pending.splice(at % this.pending.length, 1) as [
      PendingCall,
    ];
    try {
      resolve(this.host.carryOut(name, input));
    } catch (error) {
      reject(error);
    }
  }

  /** The connection breaks: the host has executed some of the calls and answers none; then it is back. */
  reconnect(taken: number, isRestarted: boolean): void {
    for (const [index, { name, input, reject }] of this.pending.splice(0).entries()) {
      if (((taken >> (index % 8)) & 1) === 1) {
        try {
          this.host.carryOut(name, input);
        } catch (error) {
          if (!(error instanceof StudioError)) throw error;
        }
      }
      reject(new StudioError('HOST_UNREACHABLE', 'lost'));
    }
    if (isRestarted) this.host.restart();
    for (const session of this.projects.sessions) session.reconnected();
    this.#await(
      'jobs',
      this.jobs.catchUp(() => this.#client.call('jobs.list', {})),
    );
  }

  endJob(): void {
    const job = this.host.endJob();
    if (job) this.jobs.put(job);
  }
}

/** Waits until everything that can settle has settled; failed uploads are retried. */
const settled = () => vi.advanceTimersByTimeAsync(500);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  // What fails because of a lost connection is reported to the user, repeatedly.
  vi.spyOn(console, 'error').mockReturnValue();
  vi.stubGlobal('localStorage', { setItem: () => undefined, removeItem: () => undefined });
  vi.stubGlobal('navigator', { locks: { request: () => new Promise(() => undefined) } });
  vi.stubGlobal('history', { replaceState: () => undefined });
  vi.stubGlobal('document', { activeElement: null });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

async function openPage(): Promise<Page> {
  useStudio.setState({ connection: 'connected', jobs: {}, project: null });
  const page = new Page();
  void page.open(PATHS[0]);
  await finish(page);
  return page;
}

/** The host answers everything and ends every job, until nothing is left. */
async function finish(page: Page): Promise<void> {
  for (let round = 0; round < 2000; round++) {
    await settled();
    if (page.pending.length > 0) page.answer(0);
    else if (page.host.isAtWork) page.endJob();
    else return;
  }
  throw new Error(`It never comes to rest: ${page.pending.map(({ name }) => name).join(', ')}`);
}

const action = fc.oneof(
  { weight: 4, arbitrary: fc.record({ what: fc.constant('edit' as const) }) },
  { weight: 3, arbitrary: fc.record({ what: fc.constant('gesture' as const) }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constantFrom('remove', 'select', 'render', 'end job') }) },
  {
    weight: 2,
    arbitrary: fc.record({ what: fc.constant('open' as const), path: fc.constantFrom(...PATHS) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ what: fc.constantFrom('move', 'put back'), path: fc.constantFrom(...PATHS) }),
  },
  { weight: 8, arbitrary: fc.record({ what: fc.constant('answer' as const), at: fc.nat(5) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      what: fc.constant('reconnect' as const),
      taken: fc.nat(255),
      isRestarted: fc.boolean(),
    }),
  },
);

test('every change is committed once, where it was made, and every promise settles', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 50 }), async (actions) => {
      const page = await openPage();
      for (const one of actions) {
        if (one.what === 'edit') page.edit();
        else if (one.what === 'gesture') page.gesture();
        else if (one.what === 'remove') page.remove();
        else if (one.what === 'select') page.select();
        else if (one.what === 'render') page.render();
        else if (one.what === 'end job') page.endJob();
        else if (one.what === 'move') page.host.gone.add(one.path);
        else if (one.what === 'put back') page.host.gone.delete(one.path);
        else if ('path' in one) page.open(one.path);
        else if ('at' in one) page.answer(one.at);
        else if ('taken' in one) page.reconnect(one.taken, one.isRestarted);
        await settled();
      }
      await finish(page);
      // Only a project's own changes wait for its missing file; no other promise depends on it.
      expect([...page.awaited].filter((what) => !what.startsWith('gesture'))).toEqual([]);
      page.host.gone.clear();
      for (const session of page.projects.sessions) session.retry();
      await finish(page);
      expect([...page.awaited]).toEqual([]);
      expect(page.projects.sessions.filter(({ hasPending }) => hasPending)).toEqual([]);
      for (const { path, isIn } of page.made) {
        for (const [hosted, { history }] of page.host.projects) {
          // Once: it appears in one step, and nothing adds it again.
          const appearances = history.filter(
            (document, index) => isIn(document) && !(index > 0 && isIn(history[index - 1]!)),
          );
          expect([path, hosted, appearances.length]).toEqual([path, hosted, path === hosted ? 1 : 0]);
        }
      }
    }),
    { numRuns: 500 },
  );
});
