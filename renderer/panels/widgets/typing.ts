/** Whether an event at an element belongs to typing a text there. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement) return true;
  return (
    target instanceof HTMLInputElement && !['checkbox', 'radio', 'range', 'button'].includes(target.type)
  );
}

/**
 * Marks a field of the scene while it shows what is committed: undoing there undoes the scene's last step. The browser's
 * own undo goes on into other fields once it has undone this one's letters.
 */
export function committedField(isCommitted: boolean) {
  return { 'data-committed': isCommitted };
}

/** Whether the focus is in a field of the scene with nothing typed that is not committed. */
export function isCommitted(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.dataset.committed === 'true';
}

const uncommitted = new Set<() => void>();

/** Commits what is being typed: a shortcut or the host's menu acts on the scene while the focus stays in the field. */
export function commitTyped(): void {
  for (const commit of [...uncommitted]) commit();
}

/**
 * Calls a field's commit when something needs what is typed there: an action, or the end of the page, which must not
 * lose the last letters.
 *
 * @returns ends that
 */
export function whenNeeded(commit: () => void): () => void {
  const stop = new AbortController();
  addEventListener('pagehide', commit, { signal: stop.signal });
  uncommitted.add(commit);
  return () => {
    stop.abort();
    uncommitted.delete(commit);
  };
}
