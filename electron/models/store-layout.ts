/**
 * The layout of the models folder.
 *
 * <models>/<pack>/installed.json             the files installed by the store
 * <models>/<pack>/<component>/<path>         the files, in their loaders' layout
 * <models>/<pack>/<component>/<path>.part    an unfinished download, with its origin in .part.json
 * <models>/.locks/<pack>.lock                held while a process changes the pack
 */
import { join } from 'node:path';

export function packFolder(modelsFolder: string, packId: string): string {
  return join(modelsFolder, packId);
}

export function componentFolder(modelsFolder: string, packId: string, componentId: string): string {
  return join(modelsFolder, packId, componentId);
}

/** @param path with forward slashes, checked by the catalogue's schema */
export function installedPath(
  modelsFolder: string,
  packId: string,
  componentId: string,
  path: string,
): string {
  return join(modelsFolder, packId, componentId, ...path.split('/'));
}

export function recordPath(modelsFolder: string, packId: string): string {
  return join(modelsFolder, packId, 'installed.json');
}

export function lockPath(modelsFolder: string, packId: string): string {
  return join(modelsFolder, '.locks', `${packId}.lock`);
}

export function partPath(finalPath: string): string {
  return `${finalPath}.part`;
}

export function partStatePath(finalPath: string): string {
  return `${finalPath}.part.json`;
}
