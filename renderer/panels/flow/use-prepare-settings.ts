import type { PrepareSettings } from '../../../electron/contract/preparation.ts';
import { changeEditorSettings } from '../../session/editor-settings.ts';
import { readPrepareSettings } from '../../session/prepare-settings.ts';
import { start, useStudioActions } from '../../session/studio-context.ts';
import { useStudio } from '../../session/studio-store.ts';

/** The settings for preparing scenes, and a function to change them. */
export function usePrepareSettings(): [PrepareSettings, (change: Partial<PrepareSettings>) => void] {
  const studio = useStudioActions();
  const kept = useStudio((state) => state.settings.editor.prepare);
  const settings = readPrepareSettings(kept);
  const change = (some: Partial<PrepareSettings>) =>
    start(() =>
      changeEditorSettings(studio.client, ({ prepare }) => ({
        prepare: { ...readPrepareSettings(prepare), ...some },
      })),
    );
  return [settings, change];
}
