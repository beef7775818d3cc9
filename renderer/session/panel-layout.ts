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
 * Keeps sizes, and stores the layout. The page's own is the latest: what the host has stored arrives later.
 *
 * @param sizesPx null for a panel of the default size; other sizes stay
 */
export async function keepPanels(
  client: Pick<StudioClient, 'call'>,
  sizesPx: Readonly<Partial<Record<PanelName, number | null>>>,
): Promise<void> {
  const { panelSizesPx, hiddenPanels } = useEditor.getState();
  const kept = Object.fromEntries(
    Object.entries({ ...panelSizesPx, ...sizesPx }).filter(([, size]) => size !== null),
  );
  useEditor.setState({ panelSizesPx: kept });
  await changeEditorSettings(client, () => ({ panels: { sizesPx: kept, hidden: [...hiddenPanels] } }));
}
