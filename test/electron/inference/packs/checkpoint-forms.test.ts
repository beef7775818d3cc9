/**
 * The table of checkpoint forms in docs/models.md: every row states the result of opening a model of that form. To
 * rewrite the table after a change: PNPMIX_WRITE_FORMS=1 npx vitest run --config build/vitest.config.ts
 * checkpoint-forms
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, parse } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { StudioError } from '../../../../electron/contract/errors.ts';
import { assertInvertible } from '../../../../electron/inference/packs/distilled-model.ts';
import { inspectCheckpoint } from '../../../../electron/inference/packs/inspect-checkpoint.ts';
import type { CheckpointComponent } from '../../../../native-models/graph/checkpoint-types.ts';
import {
  buildComponentGraph,
  type Checkpoint,
  openAutoencoder,
  openCheckpoint,
  openEmbedding,
  openLora,
  withLoras,
} from '../../../../native-models/graph/index.ts';
import { writeSingleFile } from '../../../native-models/graph/single-file/single-file-models.ts';
import { temporaryFolder } from '../tiny-pack.ts';
import { type CheckpointForm, checkpointForms } from './checkpoint-forms.ts';

const document = join(import.meta.dirname, '../../../../docs/models.md');
const [begin, end] = ['<!-- checkpoint forms -->', '<!-- end of checkpoint forms -->'];

let root: string;
/** The model that LoRAs are applied to. */
let model: string;
beforeAll(() => {
  root = temporaryFolder();
  model = join(root, 'model.safetensors');
  writeSingleFile(model, 'sd1', { dtype: 'F16', values: {} });
});
afterAll(() => rmSync(root, { recursive: true }));

const USES = {
  vae: 'encodes and decodes: `--vae`',
  lora: 'is added: `--lora`',
  embedding: 'is named in prompts: `--embedding`',
} as const;

/** What a file of a form can be used for, or the sentence that refuses it. */
async function outcomeOf({ make, as }: CheckpointForm, folder: string): Promise<string> {
  const path = make(folder);
  try {
    if (as === 'vae') buildComponentGraph(withVae(openAutoencoder(path, 0.18215)), 'vae_decoder');
    if (as === 'lora') withLoras(openCheckpoint(model), [{ file: openLora(path), weight: 1 }]);
    if (as === 'embedding') openEmbedding(path);
    if (as !== undefined) return USES[as];
  } catch (error) {
    return refusal((error as Error).message, folder);
  }
  try {
    await inspectCheckpoint(path);
    try {
      assertInvertible({ name: parse(path).name, checkpoint: openCheckpoint(path), loras: [] });
    } catch (error) {
      return `draws backgrounds; blending is ${refusal((error as Error).message, folder)}`;
    }
    return 'blends, draws backgrounds';
  } catch (error) {
    if (!(error instanceof StudioError)) throw error;
    return refusal(error.message, folder);
  }
}

function refusal(message: string, folder: string): string {
  return `refused: ${message.replaceAll(`${folder}/`, '').replaceAll(folder, 'FOLDER').replaceAll(`${root}/`, '')}`;
}

function withVae(component: CheckpointComponent): Checkpoint {
  return { folder: '', components: new Map([['vae', component]]) };
}

test('docs/models.md matches the result of opening every form', async () => {
  const rows: string[] = [];
  for (const [index, form] of checkpointForms.entries()) {
    const folder = join(root, String(index));
    mkdirSync(folder);
    rows.push(`| ${form.form} | ${await outcomeOf(form, folder)} |`);
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
