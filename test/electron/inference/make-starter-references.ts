/**
 * `node test/electron/inference/make-starter-references.ts`: renders the references of starter-pack.test.ts again, and
 * the samples as the start screen shows them. Run it after a change of the starter pack or of a sample, and look at the
 * pictures before you commit them.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { SAMPLE_SCENES } from '../../../electron/app/projects/project-cards.ts';
import { Engine } from '../../../electron/inference/engine/engine.ts';
import { encodePng } from '../../../electron/inference/images/images.ts';
import {
  identifierOf,
  referenceFolder,
  referenceScenes,
  renderOfSample,
  renderSample,
  renderScene,
  type StarterReferences,
  starterPack,
  versionOneReference,
  versionOneScene,
} from './starter-references.ts';

/** An XMP packet with an identifier. */
function xmpOf(identifier: string): string {
  return (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">' +
    '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">' +
    `<dc:identifier>${identifier}</dc:identifier></rdf:Description></rdf:RDF></x:xmpmeta>`
  );
}

const runtime = createRequire(import.meta.url).resolve('onnxruntime-node/package.json');
const cacheFolder = mkdtempSync(join(tmpdir(), 'pnp-mix-references-'));
const engine = await Engine.open({ packFolder: starterPack, device: 'cpu', cacheFolder });
try {
  mkdirSync(referenceFolder, { recursive: true });
  for (const name of referenceScenes) {
    const path = join(referenceFolder, `${name}.png`);
    writeFileSync(path, await encodePng((await renderSample(engine, name)).image));
    console.log(path);
  }
  writeFileSync(versionOneReference, await encodePng((await renderScene(engine, versionOneScene)).image));
  console.log(versionOneReference);
  for (const name of Object.values(SAMPLE_SCENES)) {
    const { image, request } = await renderSample(engine, name);
    const { width, height, data } = image;
    await sharp(data, { raw: { width, height, channels: 3 } })
      .resize({ width: 512, height: 512, fit: 'inside', withoutEnlargement: true })
      .webp({ quality: 86, effort: 6 })
      .withXmp(xmpOf(identifierOf(request)))
      .toFile(renderOfSample(name));
    console.log(renderOfSample(name));
  }
  const references: StarterReferences = {
    script: 'test/electron/inference/make-starter-references.ts',
    onnxruntime: JSON.parse(readFileSync(runtime, 'utf8')).version,
    device: engine.device.device,
    weights: engine.pack.identity.weights,
    minimumPsnrDb: 40,
  };
  writeFileSync(join(referenceFolder, 'references.json'), `${JSON.stringify(references, null, 2)}\n`);
} finally {
  await engine.release();
  rmSync(cacheFolder, { recursive: true });
}
