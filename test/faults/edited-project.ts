/**
 * A simulated user of the editor: changes a project step by step, sends each change as the editor does, and tracks what
 * the project must contain afterwards.
 */
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import sharp from 'sharp';
import type { ProjectState } from '../../electron/contract/project-state.ts';
import type { AssetId } from '../../electron/contract/render-request.ts';
import type { SceneDocument } from '../../electron/contract/scene-document.ts';
import { assetIdOf } from '../../electron/projects/asset-id.ts';
import type { TestClient } from '../electron/serve/test-client.ts';

/** What the user has put into a project: its name and every step of its history. */
export interface Contents {
  readonly name: string;
  readonly position: number;
  /** Oldest first. */
  readonly steps: readonly { readonly label: string; readonly document: SceneDocument }[];
}

export interface Edit {
  /** Edits of one kind take about the same time. */
  readonly kind: 'stroke' | 'commit' | 'move' | 'rename' | 'duplicate';
  /** The project's state once the edit is saved. */
  readonly after: Contents;
  /** A picture that the edit adds to the project; it exists once `send` is answered. */
  readonly mask: AssetId | undefined;
  /** Resolves when the host has acknowledged that everything is saved. */
  readonly send: (client: TestClient, project: ProjectState) => Promise<ProjectState>;
}

/** Side of a painted mask: its file has some 16 kB, as those of large pictures have. */
const MASK_SIDE_PX = 128;

/** Chooses the user's next edit at random; the same seed gives the same edits. */
export class Person {
  readonly #generator: ReturnType<typeof xoroshiro128plus>;
  #edits = 0;

  constructor(seed: number) {
    this.#generator = xoroshiro128plus(seed);
  }

  /** From 0 to 1. */
  chance(): number {
    return (this.#generator.next() >>> 0) / 2 ** 32;
  }

  async next(contents: Contents): Promise<Edit> {
    this.#edits++;
    const what = this.chance();
    if (what < 0.5) return this.#stroke(contents);
    if (what < 0.7) return this.#parameter(contents);
    if (what < 0.82) return undo(contents);
    if (what < 0.92) return redo(contents);
    if (what < 0.97) return rename(contents, `Named ${this.#edits} times`);
    return duplicate(contents);
  }

  /** A brush stroke: first an upload with the mask's bytes, then the document that refers to it. */
  async #stroke(contents: Contents): Promise<Edit> {
    const noise = Uint32Array.from({ length: MASK_SIDE_PX ** 2 / 4 }, () => this.#generator.next());
    const bytes = await sharp(new Uint8Array(noise.buffer), {
      raw: { width: MASK_SIDE_PX, height: MASK_SIDE_PX, channels: 1 },
    })
      .toColourspace('b-w')
      .png()
      .toBuffer();
    const mask = assetIdOf(bytes);
    const { concepts, ...rest } = documentOf(contents);
    const painted = Math.floor(this.chance() * concepts.length);
    const document = {
      ...rest,
      concepts: concepts.map((concept, index) => (index === painted ? { ...concept, mask } : concept)),
    };
    const edit = commit(contents, `Stroke ${this.#edits}`, document);
    return {
      ...edit,
      kind: 'stroke',
      mask,
      send: async (client, project) => {
        const { projectId } = project;
        const upload = await client.upload(bytes);
        await client.call('assets.import', { projectId, upload, name: 'mask.png', kind: 'mask' });
        return edit.send(client, project);
      },
    };
  }

  #parameter(contents: Contents): Edit {
    const { parameters, ...rest } = documentOf(contents);
    const document = { ...rest, parameters: { ...parameters, beta: this.chance(), seed: this.#edits } };
    return commit(contents, `Parameter ${this.#edits}`, document);
  }
}

function documentOf({ steps, position }: Contents): SceneDocument {
  return steps[position]!.document;
}

function commit({ name, position, steps }: Contents, label: string, document: SceneDocument): Edit {
  return {
    kind: 'commit',
    after: { name, position: position + 1, steps: [...steps.slice(0, position + 1), { label, document }] },
    mask: undefined,
    send: (client, { projectId, revision }) =>
      client.call('project.commit', { projectId, document, label, baseRevision: revision }),
  };
}

function undo(contents: Contents): Edit {
  return {
    kind: 'move',
    after: { ...contents, position: Math.max(0, contents.position - 1) },
    mask: undefined,
    send: (client, { projectId }) => client.call('project.undo', { projectId }),
  };
}

function redo(contents: Contents): Edit {
  return {
    kind: 'move',
    after: { ...contents, position: Math.min(contents.steps.length - 1, contents.position + 1) },
    mask: undefined,
    send: (client, { projectId }) => client.call('project.redo', { projectId }),
  };
}

function rename(contents: Contents, name: string): Edit {
  return {
    kind: 'rename',
    after: { ...contents, name },
    mask: undefined,
    send: (client, { projectId }) => client.call('project.rename', { projectId, name }),
  };
}

/** Saves a copy in another file; the user continues in the original project. */
function duplicate(contents: Contents): Edit {
  return {
    kind: 'duplicate',
    after: contents,
    mask: undefined,
    send: async (client, project) => {
      await client.call('project.duplicate', { projectId: project.projectId });
      return project;
    },
  };
}
