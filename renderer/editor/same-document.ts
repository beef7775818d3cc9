/** Compares scene documents by value. */
import type { SceneDocument } from '../../electron/contract/scene-document.ts';

/** Whether two documents are equal, ignoring the order of fields. */
export function isSameDocument(a: SceneDocument, b: SceneDocument): boolean {
  return a === b || canonical(a) === canonical(b);
}

function canonical(document: SceneDocument): string {
  return JSON.stringify(document, (_, value: unknown) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}
