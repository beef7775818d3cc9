/** Saves a mask as a file: 8-bit grey PNG, white inside, at the masks' own size. */
import type { Studio } from '../../session/studio.ts';
import { saveAs } from './export-render.ts';

/** Characters that file systems do not allow in names. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: file systems do not allow them.
const FORBIDDEN = /[\u0000-\u001f<>:"/\\|?*]+/g;

/** @param targetId of the mask (editor/mask-target.ts) */
export async function saveMask(studio: Studio, targetId: string, name: string): Promise<void> {
  const bytes = await studio.workbench.encode(targetId);
  if (bytes === undefined) return;
  const url = URL.createObjectURL(new Blob([bytes], { type: 'image/png' }));
  saveAs(url, `${name.replace(FORBIDDEN, ' ').trim()}.png`);
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
