/**
 * `npm run docs`: writes the pages that are generated from the code. With --check it writes nothing and fails if one
 * is outdated.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { generatedDocs } from './generated-docs.ts';

const isCheck = process.argv.includes('--check');

for (const { path, content } of generatedDocs()) {
  // Git may have converted the file's line endings.
  const found = existsSync(path) ? readFileSync(path, 'utf8').replaceAll('\r\n', '\n') : undefined;
  if (found === content) continue;
  if (isCheck) {
    console.error(`${path} is outdated: run npm run docs.`);
    process.exitCode = 1;
  } else {
    writeFileSync(path, content);
    console.log(path);
  }
}
