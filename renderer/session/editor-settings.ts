/** Changes of settings that depend on the present ones: entries of the editor's own state, shortcuts. */
import type { Settings, SettingsChange } from '../../electron/contract/settings.ts';
import type { StudioClient } from '../client/studio-client.ts';
import { inTurn } from './in-turn.ts';
import { useStudio } from './studio-store.ts';

type Client = Pick<StudioClient, 'call'>;

/**
 * Changes settings. One change after another, each made from what the last one left: a quick second one would otherwise
 * be made from what the page knew before the first, and take it back.
 *
 * @param change makes the change from the present settings
 * @throws StudioError of the command settings.set
 */
export function changeSettings(
  client: Client,
  change: (settings: Settings) => SettingsChange,
): Promise<void> {
  return inTurn(client, async () => {
    const settings = await client.call('settings.set', change(useStudio.getState().settings));
    useStudio.setState({ settings });
  });
}

/**
 * Changes what the editor remembers of its own state, for all projects; the host stores it as one record.
 *
 * @param change makes the changed entries from the present ones
 * @throws StudioError of the command settings.set
 */
export function changeEditorSettings(
  client: Client,
  change: (editor: Settings['editor']) => Settings['editor'],
): Promise<void> {
  return changeSettings(client, ({ editor }) => ({ editor: { ...editor, ...change(editor) } }));
}
