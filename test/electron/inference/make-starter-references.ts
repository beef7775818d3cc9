/**
 * `node test/electron/inference/make-starter-references.ts`: renders the references of starter-pack.test.ts again. Run
 * it after a change of the starter pack, and look at the pictures before you commit them.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Engine } from '../../../electron/inference/engine/engine.ts';
import { encodePng } from '../../../electron/inference/images/images.ts';
import {
  referenceFolder,
  referenceScenes,
  renderSample,
  type StarterReferences,
  starterPack,
} from './starter-references.ts';

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
