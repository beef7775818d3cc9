/** Projects in a folder of their own for every test, and pictures, documents and renders to put into them. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import type { ErrorCode } from '../../../electron/contract/errors.ts';
import { PAPER_PARAMETERS } from '../../../electron/contract/parameters.ts';
import type { AssetId } from '../../../electron/contract/render-request.ts';
import { emptySceneDocument, type SceneDocument } from '../../../electron/contract/scene-document.ts';
import {
  type CreateOptions,
  type OpenOptions,
  ProjectFile,
} from '../../../electron/projects/project-file.ts';
import type { NewRender } from '../../../electron/projects/project-records.ts';

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'project-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export function createProject(path: string, options?: CreateOptions): ProjectFile {
  const project = ProjectFile.create(path, options);
  onTestFinished(() => project.close());
  return project;
}

export function openProject(path: string, options?: OpenOptions): ProjectFile {
  const project = ProjectFile.open(path, options);
  onTestFinished(() => project.close());
  return project;
}

const PNG_SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

/** Bytes that begin as a PNG does; projects look no further. */
export function pictureBytes(length = 1000): Buffer {
  return Buffer.concat([PNG_SIGNATURE, randomBytes(length)]);
}

export function documentWith(overrides: Partial<SceneDocument> = {}): SceneDocument {
  return { ...emptySceneDocument(), ...overrides };
}

export function renderOf(picture: AssetId, overrides: Partial<NewRender> = {}): NewRender {
  return {
    request: {
      version: 1,
      scene: {
        prompt: 'a cat on a beach',
        inpaintPrompt: 'a beach',
        background: picture,
        inpainted: null,
        concepts: [{ name: 'Cat', prompt: 'a cat', image: picture, mask: picture, alpha: 0.15, order: 0 }],
      },
      parameters: PAPER_PARAMETERS,
      pack: { id: 'starter', version: '1', weights: 'f'.repeat(64) },
    },
    result: picture,
    thumbnail: null,
    failure: null,
    device: { device: 'cpu', name: 'A processor', threads: 2, passedOver: [] },
    timingsMs: { load: 1, encode: 2, invert: 3, blend: 4, decode: 5 },
    totalMs: 15,
    metrics: { tclip: 0.38 },
    notices: ['The masks were filled.'],
    ...overrides,
  };
}

/** What `expect(...).toThrow` takes for an error with a code. */
export function withCode(code: ErrorCode, message = ''): Error {
  return expect.objectContaining({ code, message: expect.stringContaining(message) });
}
