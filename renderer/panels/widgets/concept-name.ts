/** A concept's display name: the user's name for it, else its number. */
import i18next from 'i18next';
import type { SceneDocument } from '../../../electron/contract/scene-document.ts';

export function conceptName({ concepts }: Pick<SceneDocument, 'concepts'>, id: string): string {
  const at = concepts.findIndex((concept) => concept.id === id);
  const name = concepts[at]?.name.trim() ?? '';
  return name === '' ? i18next.t('concept.numbered', { number: at + 1 }) : name;
}
