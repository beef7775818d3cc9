/**
 * The undo history as the editor mirrors it: whole documents, one for each gesture, and a position among them.
 *
 * The host keeps the history itself, in the project file. The mirror knows the states of this session only, so
 * that undo and redo show at once instead of after the host's answer; what it does not know it leaves to the host.
 * A commit after an undo cuts off what was undone, as it does there.
 */
import type { SceneDocument } from '../../electron/contract/scene-document.ts';

export interface DocumentHistory {
  /** Position in the host's history. */
  readonly position: number;
  /** Number of states in the host's history. */
  readonly length: number;
  /** States by position; those of earlier sessions are not here. */
  readonly known: ReadonlyMap<number, SceneDocument>;
}

/** Most states that the mirror keeps; they are about 2 kB each. */
const MOST_KNOWN = 500;

/** A mirror that knows the present state only. */
export function startHistory(document: SceneDocument, position = 0, length = position + 1): DocumentHistory {
  return { position, length, known: new Map([[position, document]]) };
}

/** The present document. */
export function presentOf({ known, position }: DocumentHistory): SceneDocument | undefined {
  return known.get(position);
}

/** Adds a state after the present one; what lay behind it is cut off. */
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
