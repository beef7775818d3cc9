/** What the editor remembers of its own state, for all projects; stored by the host as one record. */
import type { Settings } from '../../electron/contract/settings.ts';
import type { StudioClient } from '../client/studio-client.ts';
import { useStudio } from './studio-store.ts';

type Client = Pick<StudioClient, 'call'>;

/** The last change of each client's. */
const changes = new WeakMap<Client, Promise<void>>();

/**
 * Changes it. One change after another, each made from what the last one left: a quick second one would otherwise be
 * made from what the page knew before the first, and take it back.
 *
 * @param change makes the changed entries from the present ones
 * @throws StudioError of the command settings.set
 */
export function changeEditorSettings(
  client: Client,
  change: (editor: Settings['editor']) => Settings['editor'],
): Promise<void> {
  const before = changes.get(client) ?? Promise.resolve();
  const changed = before.then(async () => {
    const { editor } = useStudio.getState().settings;
    const settings = await client.call('settings.set', { editor: { ...editor, ...change(editor) } });
    useStudio.setState({ settings });
  });
  // Its caller hears of a failure; the next change does not depend on it.
  changes.set(
    client,
    changed.catch(() => undefined),
  );
  return changed;
}
