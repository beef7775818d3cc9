import { join } from 'node:path';
import { unzipSync } from 'fflate';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { RenderRequest } from '../../../../electron/contract/render-request.ts';
import { pictureOperations } from '../../../../electron/foundation/pictures/picture-operations.ts';
import {
  exportCutOuts,
  exportLayered,
  exportPicture,
} from '../../../../electron/projects/export/export-render.ts';
import { withPngTexts } from '../../../../electron/projects/export/png-text.ts';
import {
  metadataTexts,
  REQUEST_KEYWORD,
  readRenderRequest,
} from '../../../../electron/projects/export/render-metadata.ts';
import { createProject, temporaryFolder, withCode } from '../project-fixture.ts';
import { renderOf } from '../sample-render.ts';
import { columnMask, HEIGHT, WIDTH } from './column-mask.ts';

const options = { pictures: pictureOperations, metadata: true, program: 'PnP-MIX Studio 1.2.3' };

/** A picture with a different colour for every pixel. */
const picture = (blue: number) =>
  sharp(
    Uint8Array.from({ length: WIDTH * HEIGHT * 3 }, (_, i) =>
      i % 3 === 2 ? blue : (Math.floor(i / 3) * 7 + (i % 3) * 50) % 256,
    ),
    { raw: { width: WIDTH, height: HEIGHT, channels: 3 } },
  )
    .png()
    .toBuffer();

async function renderedProject(inpainted = true) {
  const project = createProject(join(await temporaryFolder(), 'My scene.pnpmix'));
  const [result, background, clean] = [await picture(200), await picture(10), await picture(90)].map(
    (bytes) => project.putAsset(bytes),
  ) as [string, string, string];
  const [catMask, dogMask] = [await columnMask(0, 10), await columnMask(6, 14, 128)].map((bytes) =>
    project.putAsset(bytes),
  ) as [string, string];
  // Something is in front of the dog.
  const fence = project.putAsset(await columnMask(12, 16));
  const base = renderOf(result).request;
  const request: RenderRequest = {
    ...base,
    scene: {
      ...base.scene,
      prompt: 'ein Café\nam Strand, "warm" & αβγ',
      background,
      inpainted: inpainted ? clean : null,
      concepts: [
        {
          name: 'Cat',
          prompt: 'a cat',
          image: background,
          subject: null,
          mask: catMask,
          mode: 'replace',
          front: null,
          placement: null,
          strength: 1,
          alpha: 0,
          order: 0,
        },
        {
          name: 'a/b: <"Dog">',
          prompt: 'a dog',
          image: clean,
          subject: null,
          mask: dogMask,
          mode: 'replace',
          front: fence,
          placement: null,
          strength: 1,
          alpha: 0.15,
          order: 1,
        },
      ],
    },
  };
  const { id } = project.addRender(renderOf(result, { request }));
  return { project, id, request };
}

const rgba = (png: Uint8Array) => sharp(png, { ignoreIcc: true }).ensureAlpha().raw().toBuffer();

describe('a picture', () => {
  it('keeps its pixels, is marked as sRGB, and contains how it was made', async () => {
    const { project, id, request } = await renderedProject();
    const { bytes, fileName } = await exportPicture(project, id, options);
    expect(fileName).toBe('My scene 1.png');
    expect(await rgba(bytes)).toEqual(await rgba(await picture(200)));
    const { icc, xmpAsString, comments } = await sharp(bytes).metadata();
    expect(icc?.toString('latin1')).toContain('s\0R\0G\0B');
    expect(xmpAsString).toContain(
      'DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"',
    );
    expect(readRenderRequest(bytes, 'it')).toEqual(request);
    const parameters = comments?.find(({ keyword }) => keyword === 'parameters')?.text;
    const [first, , negative, details] = parameters!.split('\n');
    expect([first, negative]).toEqual(['ein Café', 'Negative prompt: ']);
    expect(details).toMatch(
      /^Steps: 50, Sampler: DDPM, CFG scale: 1, Seed: 0, Size: 16x8, Model hash: f{10}, Model: starter 1, /,
    );
  });

  it('names its negative prompt to other programs', async () => {
    const { request } = await renderedProject();
    const scene = { ...request.scene, negativePrompt: 'blur, text' };
    const context = { width: 16, height: 8, frame: null, program: options.program };
    const [parameters] = metadataTexts({ ...request, scene }, context);
    expect(parameters!.text).toContain('\nNegative prompt: blur, text\nSteps: 50, ');
  });

  it('contains no metadata if that is switched off', async () => {
    const { project, id } = await renderedProject();
    const { bytes } = await exportPicture(project, id, { ...options, metadata: false });
    const { xmp, comments } = await sharp(bytes).metadata();
    expect([xmp, comments]).toEqual([undefined, undefined]);
    expect(readRenderRequest(bytes, 'it')).toBe(undefined);
    expect(Buffer.from(bytes).toString('latin1')).not.toMatch(/starter|cat/i);
  });

  it('of a failed or unknown render is not available', async () => {
    const { project } = await renderedProject();
    const failure = { code: 'NON_FINITE' as const, message: 'A model returned NaN.' };
    const { id } = project.addRender(renderOf('a'.repeat(64), { result: null, failure }));
    await expect(exportPicture(project, id, options)).rejects.toThrow(withCode('ASSET_MISSING', 'NaN'));
    await expect(exportPicture(project, 'none', options)).rejects.toThrow(withCode('RENDER_UNKNOWN'));
  });
});

describe('a request in a picture', () => {
  const carrying = async (text: string) =>
    withPngTexts(await picture(0), [{ keyword: REQUEST_KEYWORD, text, form: 'compressed' }]);

  it.each(['', '{', '[]', '{"version":2}', '{"version":1,"scene":{}}'])(
    'is refused when it is %s',
    async (text) => {
      const png = await carrying(text);
      expect(() => readRenderRequest(png, 'result.png')).toThrow(withCode('ASSET_INVALID', 'result.png'));
    },
  );

  it('is refused if it names a path, or contains more than a request', async () => {
    const { request } = await renderedProject();
    const scene = { ...request.scene, background: '/etc/passwd' };
    for (const other of [
      { ...request, scene },
      { ...request, more: 1 },
    ]) {
      const png = await carrying(JSON.stringify(other));
      expect(() => readRenderRequest(png, 'result.png')).toThrow(withCode('ASSET_INVALID'));
    }
  });
});

describe('cut-outs', () => {
  it('have the picture’s colours and their mask’s alpha, minus what is in front', async () => {
    const { project, id, request } = await renderedProject();
    const [cat, dog] = await exportCutOuts(project, id, options);
    expect([cat!.fileName, dog!.fileName]).toEqual(['My scene 1 - 1 Cat.png', 'My scene 1 - 2 a b Dog.png']);
    const alphaAt = async (png: Uint8Array) => {
      const data = await rgba(png);
      return Array.from({ length: WIDTH }, (_, x) => data[x * 4 + 3]);
    };
    const run = (length: number, value: number) => Array.from({ length }, () => value);
    expect(await alphaAt(dog!.bytes)).toEqual([...run(6, 0), ...run(6, 128), ...run(4, 0)]);
    expect(await alphaAt(cat!.bytes)).toEqual([...run(6, 255), ...run(4, 127), ...run(6, 0)]);
    const [colours, whole] = [await rgba(cat!.bytes), await rgba(await picture(200))];
    expect(colours.subarray(0, 3)).toEqual(whole.subarray(0, 3));
    expect(readRenderRequest(dog!.bytes, 'it')).toEqual(request);
  });
});

describe('layers', () => {
  it('are an OpenRaster file that shows the result', async () => {
    const { project, id } = await renderedProject();
    const { bytes, fileName, mediaType } = await exportLayered(project, id, pictureOperations);
    expect([fileName, mediaType]).toEqual(['My scene 1.ora', 'image/openraster']);
    // The type is at a fixed offset, uncompressed, so that it can be read without unpacking.
    expect(Buffer.from(bytes).toString('latin1', 30, 54)).toBe('mimetypeimage/openraster');
    const files = unzipSync(bytes);
    const stack = Buffer.from(files['stack.xml']!).toString('utf8');
    const layers = [...stack.matchAll(/name="([^"]*)" src="([^"]*)".*visibility="(\w+)"/g)].map(
      ([, name, src, visibility]) => ({ name, src: src!, isVisible: visibility === 'visible' }),
    );
    expect(layers.map(({ name, isVisible }) => [name, isVisible])).toEqual([
      ['Mask of a/b: &lt;&quot;Dog&quot;&gt;', false],
      ['Mask of Cat', false],
      ['a/b: &lt;&quot;Dog&quot;&gt;', true],
      ['Cat', true],
      ['Result', true],
      ['Inpainted background', false],
      ['Background', true],
    ]);
    expect(stack).toContain(`<image version="0.0.5" w="${WIDTH}" h="${HEIGHT}"`);
    const [back, ...above] = layers.filter(({ isVisible }) => isVisible).reverse();
    const flattened = await sharp(files[back!.src])
      .composite(above.map(({ src }) => ({ input: Buffer.from(files[src]!) })))
      .png()
      .toBuffer();
    // Painting a pixel over itself rounds by at most one.
    const merged = await rgba(files['mergedimage.png']!);
    for (const [index, value] of (await rgba(flattened)).entries()) {
      expect(Math.abs(value - merged[index]!)).toBeLessThanOrEqual(1);
    }
    expect(await rgba(files['mergedimage.png']!)).toEqual(await rgba(await picture(200)));
    expect(await rgba(files[back!.src]!)).toEqual(await rgba(await picture(10)));
    const thumbnail = await sharp(files['Thumbnails/thumbnail.png']).metadata();
    expect(thumbnail).toMatchObject({ format: 'png', width: WIDTH, height: HEIGHT });
    expect((await exportLayered(project, id, pictureOperations)).bytes).toEqual(bytes);
  });

  it('omit what does not exist', async () => {
    const { project, id } = await renderedProject(false);
    const files = unzipSync((await exportLayered(project, id, pictureOperations)).bytes);
    expect(Buffer.from(files['stack.xml']!).toString('utf8')).not.toContain('Inpainted');
  });
});
