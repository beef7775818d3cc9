/** A picture that this program exported restores its scene: through the contract, with real project files. */
import { rmSync, writeFileSync } from 'node:fs';
import sharp from 'sharp';
import { beforeEach, describe, expect, test } from 'vitest';
import { documentRequest } from '../../../../electron/contract/document-request.ts';
import type { ProjectState } from '../../../../electron/contract/project-state.ts';
import type { RenderRequest } from '../../../../electron/contract/render-request.ts';
import { withPngTexts } from '../../../../electron/projects/export/png-text.ts';
import { metadataTexts, REQUEST_KEYWORD } from '../../../../electron/projects/export/render-metadata.ts';
import { ProjectFile } from '../../../../electron/projects/project-file.ts';
import { uploadTo } from '../studio-fixture.ts';
import { studioForEachTest } from '../studio-for-each-test.ts';

const app = studioForEachTest();
const { call } = app;
let sample: ProjectState;
let plain: Uint8Array;

beforeEach(async () => {
  sample = await call('project.openSample', {});
  plain = await sharp({ create: { width: 32, height: 32, channels: 3, background: 'red' } })
    .png()
    .toBuffer();
});

const pack = { id: 'starter', version: '1', weights: 'f'.repeat(64) };

function requestOf({ document }: ProjectState): RenderRequest {
  const made = documentRequest(document, pack);
  if (!made.complete) throw new Error('the sample is incomplete');
  return made.request;
}

/** Uploads a picture with a request in it. */
function upload(request: RenderRequest): Promise<string> {
  const texts = metadataTexts(request, { width: 32, height: 32, frame: null, program: 'test' });
  return uploadTo(app.studio, withPngTexts(plain, texts));
}

const restore = async ({ projectId }: ProjectState, picture: string | Promise<string>) =>
  call('project.restorePicture', { projectId, upload: await picture, name: 'result.png' });

describe('an exported picture', () => {
  test('restores what was changed since, as one step that undo reverts', async () => {
    const picture = await upload(requestOf(sample));
    const { projectId, document } = sample;
    const changed = {
      ...document,
      prompt: 'something else',
      concepts: document.concepts.map((concept) => ({ ...concept, alpha: 1 })),
      parameters: { ...document.parameters, beta: 0.1, seed: 99 },
    };
    const { history } = await call('project.commit', { projectId, document: changed, label: 'Change' });
    const restored = await restore(sample, picture);
    expect(restored.project.document).toEqual(document);
    expect(restored.project.history).toMatchObject({
      length: history.length + 1,
      undoLabel: 'Restore the scene of a picture',
    });
    expect(restored.pictures.every(({ isFound }) => isFound)).toBe(true);
    expect(restored.pack).toEqual(pack);
    expect((await call('project.undo', { projectId })).document).toEqual(changed);
  });

  test('takes its scene’s pictures from another open project, and from a recent one', async () => {
    const picture = await upload(requestOf(sample));
    const beside = await call('project.create', { name: 'Beside' });
    const first = await restore(beside, picture);
    expect(first.project.document).toMatchObject({
      background: sample.document.background,
      concepts: sample.document.concepts.map(({ name, image, mask, alpha }) => ({
        name,
        image,
        mask,
        alpha,
      })),
    });
    for (const { projectId } of await call('project.listOpen', {}))
      await call('project.close', { projectId });
    const later = await restore(await call('project.create', { name: 'Later' }), picture);
    expect(later.pictures.every(({ isFound }) => isFound)).toBe(true);
    await call('project.close', { projectId: later.project.projectId });
    // They are in the file now, and complete.
    const file = ProjectFile.open(later.project.path);
    file.verify();
    expect(file.hasAsset(sample.document.background!)).toBe(true);
    file.close();
  });

  test('takes its scene’s pictures from what was dropped with it, and says which are missing', async () => {
    const request = requestOf(sample);
    const background = ProjectFile.open(sample.path, { readOnly: true });
    const { bytes } = background.readAsset(request.scene.background);
    background.close();
    await call('project.close', { projectId: sample.projectId });
    rmSync(sample.path);
    const empty = await call('project.create', { name: 'Empty' });
    // A damaged recent project is no obstacle.
    const damaged = await call('project.create', { name: 'Damaged' });
    await call('project.close', { projectId: damaged.projectId });
    writeFileSync(damaged.path, 'not a project');
    await uploadTo(app.studio, bytes);
    const { project, pictures } = await restore(empty, upload(request));
    expect(pictures).toEqual(
      [
        { part: 'background', concept: null, isFound: true },
        { part: 'inpainted', concept: null, isFound: false },
        { part: 'image', concept: 'my dog', isFound: false },
        { part: 'mask', concept: 'my dog', isFound: false },
        { part: 'image', concept: 'my cat', isFound: false },
        { part: 'mask', concept: 'my cat', isFound: false },
      ].filter(({ part }) => part !== 'inpainted' || request.scene.inpainted !== null),
    );
    expect(project.document.background).toBe(request.scene.background);
    expect(project.document.parameters).toEqual(request.parameters);
    expect(project.document.concepts).toMatchObject([
      { name: 'my dog', image: null, mask: null },
      { name: 'my cat', image: null, mask: null },
    ]);
  });
});

describe('is refused, and the project is unchanged:', () => {
  const refused = async (picture: string | Promise<string>, code: string, message: string | RegExp) => {
    await expect(restore(sample, picture)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
    expect(await call('project.state', { projectId: sample.projectId })).toEqual(sample);
  };

  test('a picture without a request, no PNG, one that was not uploaded', async () => {
    await refused(uploadTo(app.studio, plain), 'SCENE_INVALID', /result\.png does not contain/);
    await refused(uploadTo(app.studio, Buffer.from('GIF89a')), 'ASSET_INVALID', /PNG/);
    await refused('0'.repeat(64), 'ASSET_MISSING', /uploaded/);
  });

  test('a request of another version, and one that no project accepts', async () => {
    const other = withPngTexts(plain, [
      { keyword: REQUEST_KEYWORD, text: '{"version":9}', form: 'compressed' },
    ]);
    await refused(uploadTo(app.studio, other), 'ASSET_INVALID', /cannot be read by this version/);
    const request = requestOf(sample);
    const long = { ...request, scene: { ...request.scene, prompt: 'x'.repeat(5000) } };
    await refused(upload(long), 'SCENE_INVALID', /result\.png is not valid in a project/);
  });

  test('the request names a picture that is none', async () => {
    const request = requestOf(sample);
    const text = await uploadTo(app.studio, Buffer.from('not a picture'));
    const { project, pictures } = await restore(
      sample,
      upload({ ...request, scene: { ...request.scene, background: text } }),
    );
    expect(pictures[0]).toEqual({ part: 'background', concept: null, isFound: false });
    expect(project.document.background).toBe(sample.document.background);
  });
});
