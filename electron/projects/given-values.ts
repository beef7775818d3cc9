/** Validates a project's path, title and document. */
import { realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { StudioError } from '../contract/errors.ts';
import { type SceneDocument, sceneDocumentSchema } from '../contract/scene-document.ts';
import { validateInput } from '../foundation/validate.ts';
import { PROJECT_EXTENSION } from './file-names.ts';
import { projectTitleSchema } from './project-records.ts';
import { boundedTextOr } from './shown-values.ts';
import { inProject } from './sqlite-errors.ts';

/** The path with the links in its folder resolved, so that one file has one lock under any name. */
export function placeOf(path: string): string {
  const absolute = resolve(path);
  if (absolute !== absolute.trim() || absolute.includes('\0')) {
    throw new StudioError('PROJECT_UNWRITABLE', `A project’s name must not end in a space: "${absolute}".`);
  }
  return inProject(absolute, () => join(realpathSync(dirname(absolute)), basename(absolute)));
}

/** The title of a project named after its file. */
export function titleOfFile(path: string): string {
  return boundedTextOr(basename(path, PROJECT_EXTENSION), 'Untitled');
}

/** @throws StudioError PARAMETER_INVALID */
export function checkTitle(title: string): string {
  const parsed = projectTitleSchema.safeParse(title);
  if (parsed.success) return parsed.data;
  throw new StudioError('PARAMETER_INVALID', 'A project needs a title of 1 to 200 characters.');
}

/** @throws StudioError PARAMETER_INVALID */
export function checkDocument(document: SceneDocument): SceneDocument {
  return validateInput(sceneDocumentSchema, document, 'The document');
}
