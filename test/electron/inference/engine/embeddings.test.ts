/** Textual-inversion embeddings in renders: found by name, part of the request, and of what is cached. */

import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadScene } from '../../../../electron/app/scenes/scene-folder.ts';
import { assetReader, makeRequest } from '../../../../electron/app/scenes/scene-request.ts';
import { Engine } from '../../../../electron/inference/engine/engine.ts';
import { openPromptCounter } from '../../../../electron/inference/packs/prompt-counter.ts';
import { sha256OfFile } from '../../../../electron/models/file-hash.ts';
import { openSafetensors } from '../../../../native-models/graph/safetensors.ts';
import { readTensorAsFloat32 } from '../../../../native-models/graph/safetensors-values.ts';
import { writeModelFile } from '../../../native-models/graph/single-file/single-file-models.ts';
import { sentencesOf } from '../../contract/notice-sentences.ts';
import { makeTinyScene, tinySceneFile } from '../tiny-pack.ts';
import { tinyEngine } from './tiny-engine.ts';

const tiny = tinyEngine();
let engine: Engine;
const place = (name: string) => join(tiny.root, 'embeddings', `${name}.safetensors`);

beforeAll(async () => {
  // The vectors of the tiny pack's own tokens of "cat": an embedding of them must do what the word does.
  const file = openSafetensors(join(tiny.packFolder, 'text_encoder', 'model.safetensors'));
  const table = [...file.tensors.keys()].find((name) => name.endsWith('token_embedding.weight'))!;
  const width = file.tensors.get(table)!.shape[1]!;
  const rows = readTensorAsFloat32(file, table);
  const vocabulary = readVocabulary();
  const vectors = ['c', 'a', 't</w>'].flatMap((token) => {
    const id = vocabulary[token]!;
    return [...rows.subarray(id * width, (id + 1) * width)];
  });
  mkdirSync(join(tiny.root, 'embeddings'));
  writeModelFile(place('Kitty'), { tensors: { emb_params: [3, width] }, values: { emb_params: vectors } });
  writeModelFile(place('other'), { tensors: { emb_params: [3, width] } });
  writeModelFile(place('larger'), { tensors: { emb_params: [1, 768] } });
  engine = await Engine.open({
    packFolder: tiny.packFolder,
    cacheFolder: tiny.cacheFolder,
    device: 'cpu',
    embeddings: ['Kitty', 'other', 'larger'].map(place),
  });
});
afterAll(() => engine?.release());

function readVocabulary(): Record<string, number> {
  return JSON.parse(readFileSync(join(tiny.packFolder, 'tokenizer', 'vocab.json'), 'utf8')) as Record<
    string,
    number
  >;
}

async function requestOf(catPrompt: string) {
  const file = tinySceneFile();
  file.concepts[0]!.prompt = catPrompt;
  const scene = await loadScene(await makeTinyScene(join(tiny.root, 'scene'), file));
  const { identity, recommended } = engine.pack;
  const { embeddings } = engine.models.conditioner;
  const request = makeRequest(scene, { identity, recommended, embeddings }, { parameters: {} });
  return { request, readAsset: assetReader(scene) };
}

async function render(catPrompt: string) {
  const { request, readAsset } = await requestOf(catPrompt);
  return engine.render(request, readAsset);
}

test('vectors in place of a word do what its tokens do, and the request names the file', async () => {
  const word = await render('a cat');
  expect(word.request.pack.embeddings).toBe(undefined);
  const vectors = await render('a embedding:kitty');
  expect(vectors.request.pack.embeddings).toEqual([
    { name: 'Kitty', sha256: await sha256OfFile(place('Kitty')) },
  ]);
  expect(vectors.image.data).toEqual(word.image.data);
  expect(vectors.notices).toEqual([]);
  const other = await render('a other');
  expect(other.request.pack.embeddings).toMatchObject([{ name: 'other' }]);
  expect(other.image.data).not.toEqual(word.image.data);
});

test('one for another model, or that is not there, is left out with a notice', async () => {
  const { notices, request } = await render('a embedding:larger cat');
  expect(request.pack.embeddings).toBe(undefined);
  expect(sentencesOf(notices)).toEqual([
    expect.stringMatching(/“my cat”|"my cat".*“embedding:larger”.*left out/),
  ]);
});

test('a request with other files than are open is refused', async () => {
  const { request, readAsset } = await requestOf('a kitty');
  for (const embeddings of [undefined, [{ name: 'Kitty', sha256: '0'.repeat(64) }]]) {
    const { embeddings: _, ...pack } = request.pack;
    const changed = { ...request, pack: { ...pack, ...(embeddings && { embeddings }) } };
    await expect(engine.render(changed, readAsset)).rejects.toMatchObject({ code: 'PACK_UNKNOWN' });
  }
});

test('prompts are counted in their vectors', async () => {
  const count = await openPromptCounter(tiny.packFolder, ['Kitty', 'larger'].map(place));
  expect(count('a kitty').count).toBe(1 + 3);
  // Not for this model: read as letters, and left out with "embedding:" before it.
  expect(count('larger').count).toBe(6);
  expect(count('embedding:larger').count).toBe(0);
});
