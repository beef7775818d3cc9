import type { PrepareSettings } from '../../../electron/contract/preparation.ts';
import { readPrepareSettings } from '../../session/prepare-settings.ts';
import { start, useStudioActions } from '../../session/studio-context.ts';
import { useStudio } from '../../session/studio-store.ts';

/** The settings for preparing scenes, and a function to change them. */
export function usePrepareSettings(): [PrepareSettings, (change: Partial<PrepareSettings>) => void] {
  const studio = useStudioActions();
  const editor = useStudio((state) => state.settings.editor);
  const settings = readPrepareSettings(editor.prepare);
  const change = (some: Partial<PrepareSettings>) =>
    start(() =>
      studio.client.call('settings.set', { editor: { ...editor, prepare: { ...settings, ...some } } }),
    );
  return [settings, change];
}
