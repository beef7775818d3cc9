/**
 * The table of checkpoint forms in docs/models.md: every row is what opening a model of that form says. To write the
 * table after a change: PNPMIX_WRITE_FORMS=1 npx vitest run --config build/vitest.config.ts checkpoint-forms
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { StudioError } from '../../../../electron/contract/errors.ts';
import { inspectCheckpoint } from '../../../../electron/inference/packs/inspect-checkpoint.ts';
import { temporaryFolder } from '../tiny-pack.ts';
import { checkpointForms } from './checkpoint-forms.ts';

const document = join(import.meta.dirname, '../../../../docs/models.md');
const [begin, end] = ['<!-- checkpoint forms -->', '<!-- end of checkpoint forms -->'];

let root: string;
beforeAll(() => {
  root = temporaryFolder();
});
afterAll(() => rmSync(root, { recursive: true }));

/** What a model of a form is good for, or the sentence that it is refused with. */
async function outcomeOf(path: string): Promise<string> {
  const refusals: string[] = [];
  for (const [role, does] of [
    ['blending', 'blends, draws backgrounds'],
    ['backgrounds', 'draws backgrounds'],
  ] as const) {
    try {
      await inspectCheckpoint(path, role);
      return does;
    } catch (error) {
      if (!(error instanceof StudioError)) throw error;
      refusals.push(error.message);
    }
  }
  return `refused: ${refusals
    .at(-1)!
    .replaceAll(root, '')
    .replace(/\/\d+\//g, '')}`;
}

test('docs/models.md says of every form what opening it says', async () => {
  const rows: string[] = [];
  for (const [index, { form, make }] of checkpointForms.entries()) {
    const folder = join(root, String(index));
    mkdirSync(folder);
    rows.push(`| ${form} | ${(await outcomeOf(make(folder))).replaceAll('|', '\\|')} |`);
  }
  const table = ['| form | |', '| --- | --- |', ...rows].join('\n');
  const text = readFileSync(document, 'utf8');
  const [before, rest = ''] = text.split(begin);
  const [written, after] = rest.split(end);
  if (process.env.PNPMIX_WRITE_FORMS === '1') {
    writeFileSync(document, `${before}${begin}\n${table}\n${end}${after}`);
    return;
  }
  expect(written?.trim().split('\n')).toEqual(table.split('\n'));
});
