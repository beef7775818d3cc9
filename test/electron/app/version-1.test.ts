/**
 * A project, a PNG and a scene file of version 1 (test/golden/version-1) open, keep their meaning, and give the same
 * picture: the reference that make-starter-references.ts makes, since the PNG shows what the starter's weights of then
 * made of them.
 */
import { copyFileSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadScene } from '../../../electron/app/scenes/scene-folder.ts';
import { assetReader, makeRequest } from '../../../electron/app/scenes/scene-request.ts';
import { packManifestSchema } from '../../../electron/contract/pack-manifest.ts';
import { storedRequestSchema } from '../../../electron/contract/render-request.ts';
import { Engine } from '../../../electron/inference/engine/engine.ts';
import { decodeImage } from '../../../electron/inference/images/images.ts';
import type { RgbImage } from '../../../electron/pipeline/processors/image.ts';
import { readRenderRequest } from '../../../electron/projects/export/render-metadata.ts';
import { starterPack, versionOneReference } from '../inference/starter-references.ts';
import { openProject, temporaryFolder } from '../projects/project-fixture.ts';

const golden = join(import.meta.dirname, '..', '..', 'golden', 'version-1');
const picturePath = join(golden, 'picture.png');

const upgraded = {
  steps: 4,
  guidanceScale: 1,
  swapGuidanceScale: 3.5,
  featherPx: 0,
  expandLatent: 1,
  conceptImageMode: 'aligned',
  blendEdgePx: 2,
  startAt: 1,
  solver: 'ddpm',
  bandLatent: 0,
  regionGrowPx: 0,
  detail: 0,
};
const replaced = { front: null, mode: 'replace', placement: null, strength: 1 };

async function openCopy() {
  const path = join(await temporaryFolder(), 'project.pnpmix');
  copyFileSync(join(golden, 'project.pnpmix'), path);
  return openProject(path);
}

test('a project of version 1 opens with every step of its history and its render', async () => {
  const project = await openCopy();
  expect(project.document()).toMatchObject({
    version: 2,
    frame: 'whole',
    concepts: [{ name: 'my teddy', ...replaced }],
    parameters: upgraded,
  });
  project.undo();
  expect(project.document().parameters).toMatchObject({
    guidanceScale: 2.5,
    featherPx: 6,
    expandLatent: 3,
    blendEdgePx: 4,
    conceptImageMode: 'subject',
  });
  const [summary] = project.renders();
  const render = project.render(summary!.id);
  expect(render.request).toMatchObject({
    version: 2,
    scene: { frame: 'whole', concepts: [replaced] },
    parameters: upgraded,
  });
  expect(render.document).toMatchObject({ version: 2, frame: 'whole' });
});

test('invalid values and mixed versions are still refused', () => {
  const request = JSON.parse(JSON.stringify(readRenderRequest(readFileSync(picturePath), 'picture.png')));
  const { featherPx, ...parameters } = request.parameters;
  const old = { ...request, version: 1, parameters: { ...parameters, feather: 999 } };
  expect(storedRequestSchema.safeParse(old).success).toBe(false);
  expect(storedRequestSchema.safeParse({ ...request, version: 3 }).success).toBe(false);
  expect(
    storedRequestSchema.safeParse({ ...request, parameters: { ...parameters, feather: 0 } }).success,
  ).toBe(false);
  expect(featherPx).toBe(0);
});

test('a pack’s manifest may use the old names in its recommendations', () => {
  const { recommended } = packManifestSchema.parse({
    ...JSON.parse(readFileSync(join(starterPack, 'pack.json'), 'utf8')),
    recommended: { guidance: 2, edge: 3, conceptPicture: 'whole', steps: 9 },
  });
  expect(recommended).toEqual({ guidanceScale: 2, blendEdgePx: 3, conceptImageMode: 'full', steps: 9 });
});

describe('rendered again', () => {
  let engine: Engine;
  let expected: RgbImage;
  let cacheFolder: string;

  beforeAll(async () => {
    cacheFolder = await mkdtemp(join(tmpdir(), 'version-1-'));
    engine = await Engine.open({ packFolder: starterPack, device: 'cpu', cacheFolder });
    expected = await picture();
  });
  afterAll(async () => {
    await engine?.release();
    await rm(cacheFolder, { recursive: true, force: true });
  });

  const picture = async () =>
    (await decodeImage({ name: 'version-1.png', bytes: readFileSync(versionOneReference) })).pixels;

  /** Other processors round differently; a misread setting changes whole regions. */
  function expectSame(found: RgbImage) {
    expect([found.width, found.height]).toEqual([expected.width, expected.height]);
    const largest = found.data.reduce(
      (most, value, at) => Math.max(most, Math.abs(value - expected.data[at]!)),
      0,
    );
    expect(largest).toBeLessThanOrEqual(2);
  }

  test('a scene file gives its picture', async () => {
    const scene = await loadScene(join(golden, 'scene.json'));
    const request = makeRequest(scene, engine.pack, { parameters: {} });
    expect(request).toMatchObject({ version: 2, scene: { frame: 'whole' }, parameters: upgraded });
    expectSame((await engine.render(request, assetReader(scene))).image);
  });

  test('the request in a PNG, and a project’s render, give the picture', async () => {
    const project = await openCopy();
    const asset = async (id: string) => ({ name: id, bytes: project.readAsset(id).bytes });
    const inPng = readRenderRequest(readFileSync(picturePath), 'picture.png')!;
    const [summary] = project.renders();
    const inProject = project.render(summary!.id).request;
    expect(inPng).toEqual(inProject);
    // The weights have been trained on since: the request is for others, which is said.
    await expect(engine.render(inPng, asset)).rejects.toMatchObject({ code: 'PACK_UNKNOWN' });
    const scene = await loadScene(join(golden, 'scene.json'));
    const { pack } = makeRequest(scene, engine.pack, { parameters: {} });
    expectSame((await engine.render({ ...inPng, pack }, asset)).image);
  });
});
