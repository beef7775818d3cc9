/** A folder of projects for every test, and pictures, documents and renders to put into them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import type { ErrorCode } from '../../../electron/contract/errors.ts';
import { emptySceneDocument, type SceneDocument } from '../../../electron/contract/scene-document.ts';
import {
  type CreateOptions,
  type OpenOptions,
  ProjectFile,
} from '../../../electron/projects/project-file.ts';

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

export function documentWith(overrides: Partial<SceneDocument> = {}): SceneDocument {
  return { ...emptySceneDocument(), ...overrides };
}

/** Matches an error with a code, for `expect(...).toThrow`. */
export function withCode(code: ErrorCode, message = ''): Error {
  return expect.objectContaining({ code, message: expect.stringContaining(message) });
}
