/**
 * Finds the models for preparing a scene: in the pack's own folder (the starter pack), or next to it, where the model
 * store puts the components of a downloaded pack (docs/decisions/0040-find-components-in-and-beside-the-pack.md).
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The components, by their names in the model store's catalogue. */
export type PreparationComponent =
  | 'backgrounds'
  | 'detector'
  | 'segmenter'
  | 'segmenter-slim'
  | 'segmenter-sam21'
  | 'inpainter'
  | 'subject';

/**
 * @param packFolder the blending model's folder
 * @param file a file that identifies the component, relative to its folder
 * @returns the component's folder, or undefined
 */
export function findComponentFolder(
  packFolder: string,
  component: PreparationComponent,
  file: string,
): string | undefined {
  return [join(packFolder, component), join(dirname(packFolder), component)].find((folder) =>
    existsSync(join(folder, file)),
  );
}
