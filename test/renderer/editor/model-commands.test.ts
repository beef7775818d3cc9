/** Changes of a scene's own models. */
import { expect, test } from 'vitest';
import { emptySceneDocument } from '../../../electron/contract/scene-document.ts';
import {
  addLora,
  removeLora,
  setCheckpoint,
  setVae,
  weighLora,
} from '../../../renderer/editor/model-commands.ts';

const file = (name: string, digit: string) => ({ name, sha256: digit.repeat(64) });
const [photon, mse, ink] = [file('photon', '1'), file('mse', '2'), file('ink', '3')];
const empty = emptySceneDocument();

test('a checkpoint, a VAE and LoRAs are chosen, weighed and removed', () => {
  let document = addLora(setVae(setCheckpoint(empty, photon), mse), ink);
  expect(document.model).toEqual({ checkpoint: photon, vae: mse, loras: [{ ...ink, weight: 1 }] });
  document = weighLora(document, ink.sha256, 0.8);
  expect(document.model?.loras).toEqual([{ ...ink, weight: 0.8 }]);
  document = setVae(setCheckpoint(removeLora(document, ink.sha256), null), null);
  expect(document).toEqual(empty);
  expect('model' in document).toBe(false);
});

test('a choice that changes nothing leaves the document as it is', () => {
  const document = addLora(setCheckpoint(empty, photon), ink);
  expect(setCheckpoint(document, { ...photon })).toBe(document);
  expect(addLora(document, ink)).toBe(document);
  expect(setVae(document, null)).toBe(document);
  expect(setCheckpoint(empty, null)).toBe(empty);
});

test('a scene takes sixteen LoRAs', () => {
  const hash = (index: number) => index.toString(16).padStart(64, '0');
  let document = empty;
  for (let index = 0; index < 20; index++) document = addLora(document, { name: 'x', sha256: hash(index) });
  expect(document.model?.loras).toHaveLength(16);
});
