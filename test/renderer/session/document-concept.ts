/** A concept of a scene as the editor adds it, without pictures. */
import { CONCEPT_COLOURS, type DocumentConcept } from '../../../electron/contract/scene-document.ts';

export function documentConcept(id: string, change: Partial<DocumentConcept> = {}): DocumentConcept {
  return {
    id,
    name: 'my cat',
    prompt: '',
    phrase: '',
    image: null,
    subject: null,
    mask: null,
    front: null,
    mode: 'replace',
    placement: null,
    strength: null,
    alpha: 0.15,
    visible: true,
    locked: false,
    colour: CONCEPT_COLOURS[0],
    ...change,
  };
}
