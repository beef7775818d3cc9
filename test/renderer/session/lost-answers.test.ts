/** A change whose answer was lost with the connection is made once. */
import { expect, test } from 'vitest';
import { StudioError } from '../../../electron/contract/errors.ts';
import type { ProjectState } from '../../../electron/contract/project-state.ts';
import type { SceneDocument } from '../../../electron/contract/scene-document.ts';
import type { StudioClient } from '../../../renderer/client/studio-client.ts';
import { ProjectSession } from '../../../renderer/session/project-session.ts';
import { missingSteps } from '../../../renderer/session/unsaved-changes.ts';

/** The part of a document that these tests edit. */
const scene = (prompt: string) => ({ prompt }) as unknown as SceneDocument;
const prompts = (documents: readonly SceneDocument[]) =>
  documents.map((document) => (document as unknown as { prompt: string }).prompt);
const append = (letter: string) => (document: SceneDocument) => scene(`${prompts([document])[0]}${letter}`);

/** A host that executes a command but loses its answer a given number of times, and then is another process. */
class ForgetfulHost {
  readonly documents = [scene('')];
  position = 0;
  revision = 0;
  projectId = 'first';
  losses: ('before' | 'after')[] = [];

  readonly client = {
    call: async (name: string, input: { projectId?: string; document?: SceneDocument }) => {
      if (name === 'project.open') return this.#state();
      if (input.projectId !== this.projectId) throw new StudioError('PROJECT_UNKNOWN', 'not open');
      const loss = name === 'project.state' ? undefined : this.losses.shift();
      if (loss !== 'before') this.#run(name, input.document);
      if (loss === undefined) return this.#state();
      this.projectId = `${this.projectId}+`;
      this.revision = 0;
      throw new StudioError('HOST_UNREACHABLE', 'lost');
    },
  } as unknown as StudioClient;

  #run(name: string, document: SceneDocument | undefined): void {
    if (name === 'project.undo') this.position--;
    if (name === 'project.commit') {
      this.documents.splice(++this.position, Number.POSITIVE_INFINITY, document!);
      this.revision++;
    }
  }

  #state(): ProjectState {
    return {
      projectId: this.projectId,
      path: '/p.pnpmix',
      revision: this.revision,
      document: this.documents[this.position]!,
      history: { position: this.position, length: this.documents.length },
    } as ProjectState;
  }

  async open(): Promise<ProjectSession> {
    const fail = (error: unknown) => {
      throw error;
    };
    return new ProjectSession(this.client, this.#state(), () => undefined, fail);
  }
}

test.each([[[]], [['before']], [['after']], [['before', 'after']], [['before', 'before', 'after']]] as const)(
  'commits and undo with the losses %j',
  async (losses) => {
    const host = new ForgetfulHost();
    const session = await host.open();
    host.losses = [...losses];
    session.edit('a', append('a'));
    session.edit('b', append('b'));
    await session.saved();
    expect(prompts(host.documents)).toEqual(['', 'a', 'ab']);
    host.losses = [...losses];
    session.undo();
    await session.saved();
    expect(host.position).toBe(1);
  },
);

test('what a closed page left over starts after the newest state that arrived', () => {
  const steps = ['a', 'ab', 'abc'].map((prompt) => ({ label: prompt, document: scene(prompt) }));
  const missing = (now: string) => missingSteps({ base: scene(''), steps }, scene(now), 'Kept');
  expect(missing('').map(({ label }) => label)).toEqual(['a', 'ab', 'abc']);
  expect(missing('ab').map(({ label }) => label)).toEqual(['abc']);
  expect(missing('abc')).toEqual([]);
  expect(missing('changed elsewhere')).toEqual([{ label: 'Kept', document: scene('abc') }]);
});
