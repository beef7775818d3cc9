/**
 * The editor's mirror of the undo history: whole documents, one per gesture, and a position among them.
 *
 * The host stores the history in the project file. The mirror has only the states of this session, so that undo and
 * redo are instant; it leaves older states to the host. A commit after an undo removes the undone states, as in the
 * host.
 */
import type { SceneDocument } from '../../electron/contract/scene-document.ts';

export interface DocumentHistory {
  /** Position in the host's history. */
  readonly position: number;
  /** Number of states in the host's history. */
  readonly length: number;
  /** States by position, without those of earlier sessions. */
  readonly known: ReadonlyMap<number, SceneDocument>;
}

/** Most states in the mirror; they are about 2 kB each. */
const MOST_KNOWN = 500;

/** A mirror with only the current state. */
export function startHistory(document: SceneDocument, position = 0, length = position + 1): DocumentHistory {
  return { position, length, known: new Map([[position, document]]) };
}

/** The current document. */
export function presentOf({ known, position }: DocumentHistory): SceneDocument | undefined {
  return known.get(position);
}

/** Adds a state after the current one and removes all later ones. */
export function commitTo(history: DocumentHistory, document: SceneDocument): DocumentHistory {
  const position = history.position + 1;
  const kept = [...history.known].filter(([at]) => at < position && at > position - MOST_KNOWN);
  return { position, length: position + 1, known: new Map([...kept, [position, document]]) };
}

/** The history one step back; undefined at its beginning. */
export function undoIn(history: DocumentHistory): DocumentHistory | undefined {
  return history.position > 0 ? { ...history, position: history.position - 1 } : undefined;
}

/** The history one step on; undefined at its end. */
export function redoIn(history: DocumentHistory): DocumentHistory | undefined {
  return history.position + 1 < history.length ? { ...history, position: history.position + 1 } : undefined;
}
