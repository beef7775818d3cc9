/** The models in the searched folders: walked through once, and again after a change. */
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ModelListing } from '../../../../electron/app/models/model-listing.ts';
import { writeModelFile } from '../../../native-models/graph/single-file/single-file-models.ts';
import { temporaryFolder } from '../../inference/tiny-pack.ts';

let root: string;
let folders: string[];
let listing: ModelListing;
const writeEmbedding = (path: string) =>
  writeModelFile(join(root, path), { tensors: { emb_params: [2, 768] } });
const names = async () => (await listing.current()).map(({ name }) => name);

beforeEach(() => {
  root = temporaryFolder();
  mkdirSync(join(root, 'one'));
  writeEmbedding('one/calm.safetensors');
  folders = [join(root, 'one')];
  listing = new ModelListing(
    () => folders.map((folder) => ({ program: 'test', folder })),
    () => undefined,
  );
});
afterEach(async () => {
  await listing.close();
  rmSync(root, { recursive: true });
});

test('the folders are walked through once, however often the models are asked for', async () => {
  const [first, second] = await Promise.all([listing.current(), listing.current()]);
  expect(first.map(({ name }) => name)).toEqual(['calm']);
  const third = await listing.current();
  // The same list, not an equal one.
  expect(third === first || third === second).toBe(true);
  expect((await listing.current()) === third).toBe(true);
});

test('a file that comes, changes or goes is noticed by itself', async () => {
  expect(await names()).toEqual(['calm']);
  writeEmbedding('one/bold.safetensors');
  await expect.poll(names).toEqual(['bold', 'calm']);
  rmSync(join(root, 'one/calm.safetensors'));
  await expect.poll(names).toEqual(['bold']);
  writeModelFile(join(root, 'one/bold.safetensors'), { tensors: { emb_params: [1, 1024] } });
  await expect.poll(async () => (await listing.current())[0]!.family).toBe('sd2');
});

test('a search finds what nobody has noticed yet, and is what is known from then on', async () => {
  await listing.current();
  writeEmbedding('one/bold.safetensors');
  const found = await listing.search();
  expect(found.map(({ name }) => name)).toEqual(['bold', 'calm']);
  expect(await names()).toEqual(['bold', 'calm']);
});

test('a search that other folders replace before it watches its own ends, and so does one that is closed', async () => {
  mkdirSync(join(root, 'two'));
  writeEmbedding('two/bold.safetensors');
  const first = listing.search();
  folders = [join(root, 'two')];
  const [, second] = await Promise.all([first, listing.search()]);
  expect(second.map(({ name }) => name)).toEqual(['bold']);
  expect(await names()).toEqual(['bold']);
  folders = [join(root, 'one')];
  const last = listing.search();
  await listing.close();
  expect((await last).map(({ name }) => name)).toEqual(['calm']);
  expect(await names()).toEqual(['calm']);
});

test('what cannot be read among other programs’ files, such as a link to itself, hides nothing else', async () => {
  symlinkSync('loop', join(root, 'one', 'loop'));
  symlinkSync('model.safetensors', join(root, 'one', 'model.safetensors'));
  symlinkSync('itself', join(root, 'itself'));
  folders = [join(root, 'itself'), join(root, 'one')];
  expect(await names()).toEqual(['calm']);
});

test('other folders are searched as soon as they are chosen', async () => {
  expect(await names()).toEqual(['calm']);
  mkdirSync(join(root, 'two'));
  writeEmbedding('two/bold.safetensors');
  folders = [...folders, join(root, 'two')];
  expect(await names()).toEqual(['calm', 'bold']);
  folders = [join(root, 'two')];
  expect(await names()).toEqual(['bold']);
});
