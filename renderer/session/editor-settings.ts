/** What the editor remembers of its own state, for all projects; stored by the host as one record. */
import type { Settings } from '../../electron/contract/settings.ts';
import type { StudioClient } from '../client/studio-client.ts';
import { inTurn } from './in-turn.ts';
import { useStudio } from './studio-store.ts';

/**
 * Changes it. One change after another, each made from what the last one left: a quick second one would otherwise be
 * made from what the page knew before the first, and take it back.
 *
 * @param change makes the changed entries from the present ones
 * @throws StudioError of the command settings.set
 */
export function changeEditorSettings(
  client: Pick<StudioClient, 'call'>,
  change: (editor: Settings['editor']) => Settings['editor'],
): Promise<void> {
  return inTurn(client, async () => {
    const { editor } = useStudio.getState().settings;
    const settings = await client.call('settings.set', { editor: { ...editor, ...change(editor) } });
    useStudio.setState({ settings });
  });
}
