/** The sizes of the panels around the canvas, and which are hidden: stored with the editor's settings, on each host. */
import * as z from 'zod';
import type { StudioClient } from '../client/studio-client.ts';
import { changeEditorSettings } from './editor-settings.ts';
import { PANELS, type PanelName, useEditor } from './editor-store.ts';

const panelLayoutSchema = z.strictObject({
  /** Widths, and the history's height, in CSS pixels; those of panels that were resized. */
  sizesPx: z.partialRecord(z.enum(PANELS), z.number().positive()).default({}),
  hidden: z.array(z.enum(PANELS)).readonly().default([]),
});
export type PanelLayout = z.infer<typeof panelLayoutSchema>;

/** The stored layout; defaults replace an invalid one of another version. */
export function readPanels(kept: unknown): PanelLayout {
  const parsed = panelLayoutSchema.safeParse(kept ?? {});
  return parsed.success ? parsed.data : panelLayoutSchema.parse({});
}

/**
 * Stores which panels are hidden, and sizes.
 *
 * @param sizesPx null for a panel of the default size; other sizes stay as stored
 */
export async function keepPanels(
  client: Pick<StudioClient, 'call'>,
  sizesPx: Readonly<Partial<Record<PanelName, number | null>>>,
): Promise<void> {
  await changeEditorSettings(client, (editor) => {
    const before = readPanels(editor.panels);
    const sizes = Object.entries({ ...before.sizesPx, ...sizesPx }).filter(([, size]) => size !== null);
    const hidden = [...useEditor.getState().hiddenPanels];
    return { panels: { sizesPx: Object.fromEntries(sizes), hidden } };
  });
}
