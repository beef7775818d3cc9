/**
 * Where the models lie that prepare a scene: in the pack's own folder (the starter pack), or beside it, where the
 * model store puts the components of a downloaded pack (docs/decisions/0040-find-components-in-and-beside-the-pack.md).
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The components, by the names that the model store's catalogue gives them. */
export type PreparationComponent =
  | 'backgrounds'
  | 'detector'
  | 'segmenter'
  | 'segmenter-slim'
  | 'segmenter-sam21'
  | 'inpainter';

/**
 * @param packFolder the blending model's folder
 * @param file a file without which the component is not there, relative to its folder
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
