/**
 * `npm run docs`: writes the pages that are made from the code. With --check it writes nothing and fails when one
 * is not what the code says.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { generatedDocs } from './generated-docs.ts';

const isCheck = process.argv.includes('--check');

for (const { path, content } of generatedDocs()) {
  // Git may have given the file another platform's line ends.
  const found = existsSync(path) ? readFileSync(path, 'utf8').replaceAll('\r\n', '\n') : undefined;
  if (found === content) continue;
  if (isCheck) {
    console.error(`${path} is not what the code says: npm run docs writes it again.`);
    process.exitCode = 1;
  } else {
    writeFileSync(path, content);
    console.log(path);
  }
}
