/**
 * `npm run setup:cuda`: fetches ONNX Runtime's CUDA and TensorRT libraries with onnxruntime-node's own install script,
 * about 300 MB from NuGet. .npmrc prevents `npm ci` from doing this.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const REQUIREMENTS =
  'It needs an NVIDIA driver, CUDA 12 and cuDNN 9 on the machine; --device tensorrt also needs TensorRT 10.';

if (process.platform !== 'linux' || process.arch !== 'x64') {
  console.error(
    `ONNX Runtime has CUDA libraries for Linux x64 only; this is ${process.platform} ${process.arch}.`,
  );
  process.exit(1);
}
const packageFolder = join(dirname(createRequire(import.meta.url).resolve('onnxruntime-node')), '..');
const library = join(packageFolder, 'bin', 'napi-v6', 'linux', 'x64', 'libonnxruntime_providers_cuda.so');
const { status, error } = spawnSync(process.execPath, [join(packageFolder, 'script', 'install.js')], {
  stdio: 'inherit',
  // "true", not "cuda12": under npm, the script of version 1.30 ignores a named value and does nothing.
  env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'true' },
});
if (error) throw error;
if (status !== 0 || !existsSync(library)) {
  console.error('The CUDA libraries could not be fetched; the CPU is used as before.');
  process.exit(1);
}
console.log(`${library}\n${REQUIREMENTS} Try it: npm run demo -- --device cuda`);
