/** Every sentence that the program writes into an error which reaches the window has a Korean one, and no other has. */
import { globSync, readFileSync } from 'node:fs';
import { parseSync } from 'rolldown/experimental';
import { expect, it } from 'vitest';
import { koErrorDetails } from '../../../renderer/panels/texts/ko-error-details.ts';
import { koModelErrors } from '../../../renderer/panels/texts/ko-model-errors.ts';
import { sentenceTranslator } from '../../../renderer/session/known-sentences.ts';

/** The command line's own rooms, cli, evaluation and study, are English. */
const ROOMS =
  '{electron/{app,contract,foundation,models,projects,main,serve,inference,farm,pipeline},native-models/graph,renderer}';

/** What the method throws, and what opens checkpoints, becomes an error of the engine, with its sentence. */
const ERRORS: readonly unknown[] = ['StudioError', 'PipelineError', 'GraphError'];

/** Where files of other kinds are recognized. */
const FOREIGN_FILES = 'foreign-file.ts';

/** Faults of the program itself or its command line, and what is never shown. */
const UNTRANSLATED = [
  'INTERNAL',
  'CANCELLED',
  'USAGE',
  'COMMAND_UNKNOWN',
  'COMMAND_INVALID',
  'NON_FINITE',
  'SENDER_REFUSED',
  'GRAPH_INVALID',
];

interface Node {
  readonly type: string;
  readonly [name: string]: unknown;
}

const PARAMETER = '\0';

/** The texts that an expression may be, with parameters. */
function textsOf(node: unknown): string[] {
  const { type, ...parts } = node as Node;
  switch (type) {
    case 'Literal':
      return typeof parts.value === 'string' ? [parts.value] : [];
    case 'TemplateLiteral':
      return [
        (parts.quasis as { value: { cooked: string } }[]).map(({ value }) => value.cooked).join(PARAMETER),
      ];
    case 'BinaryExpression':
      return textsOf(parts.left).flatMap((left) => textsOf(parts.right).map((right) => left + right));
    case 'ConditionalExpression':
      return [...textsOf(parts.consequent), ...textsOf(parts.alternate)];
    case 'LogicalExpression':
      return textsOf(parts.right);
    default:
      return [];
  }
}

function numbered(text: string): string {
  let number = 0;
  return text.replaceAll(PARAMETER, () => `{{${++number}}}`);
}

function visit(node: unknown, see: (node: Node) => void): void {
  if (node === null || typeof node !== 'object') return;
  if ('type' in node) see(node as Node);
  for (const part of Object.values(node)) visit(part, see);
}

const hasWords = (text: string) => /\p{L}/u.test(text.replaceAll(PARAMETER, ''));

it('has the sentences of errors in Korean', () => {
  const written = new Set<string>();
  const needed = new Map<string, string>();
  for (const file of globSync(`${ROOMS}/**/*.{ts,tsx}`)) {
    visit(parseSync(file, readFileSync(file, 'utf8')).program, (node) => {
      for (const text of textsOf(node)) written.add(numbered(text));
      // What a file is instead of a model is said in an object.
      if (node.type === 'Property' && (node.key as Node).name === 'message' && file.endsWith(FOREIGN_FILES)) {
        for (const text of textsOf(node.value)) needed.set(numbered(text), file);
      }
      if (node.type !== 'NewExpression' || !ERRORS.includes((node.callee as Node).name)) return;
      const [code, message] = node.arguments as [Node, Node];
      if (UNTRANSLATED.includes(String(code.value))) return;
      for (const text of textsOf(message)) if (hasWords(text)) needed.set(numbered(text), file);
    });
  }
  const translations = { ...koErrorDetails, ...koModelErrors };
  expect(needed.size).toBeGreaterThan(150);
  const missing = [...needed].filter(([text]) => !(text in translations));
  expect(missing, 'sentences without a translation, and their files').toEqual([]);
  const unused = Object.keys(translations).filter((text) => !written.has(text));
  expect(unused, 'translations of sentences that are not written any more').toEqual([]);
  const numbersIn = (text: string) => (text.match(/\{\{\d+\}\}/g) ?? []).sort();
  for (const [english, korean] of Object.entries(translations)) {
    expect(numbersIn(korean), english).toEqual(numbersIn(english));
  }
});

it.each([
  ['The mask', 'is outside the frame. Move it into the frame, or choose a frame that shows it.'],
  ['The mask', 'is wholly behind the mask of what is in front of it. Erase a part of that mask.'],
  ['The placed picture', 'is completely covered by concepts in front of it. Move it, or bring it forward.'],
  [
    'The placed picture',
    'is too small or too thin: the model works on squares of 8 x 8 pixels of its input, and it does not cover half of ' +
      'any. Make it larger, draw a smaller frame around it, or give it a feather.',
  ],
])('%s that %s: in Korean to the last word', (what, reason) => {
  const translate = sentenceTranslator(Object.entries(koErrorDetails));
  const korean = translate(`${what} of the concept "고양이" ${reason}`);
  expect(korean).toMatch(/^콘셉트 “고양이”의 (마스크|배치한 그림): /);
  expect(korean).not.toMatch(/[a-z]{2,}/i);
});

it.each([
  [
    'face.safetensors is a LoRA (SD 1.x): a change to a model, not a model. Choose the model that it was made for, and add the LoRA to it: --lora face.safetensors.',
    /^face\.safetensors은\(는\) 모델이 아니라 .*\(--lora face\.safetensors\)\.$/,
  ],
  [
    'The LoRA face does not fit this model: it was made for sd_v1. It changes unet mid_block_x, which is not in the model.',
    /^LoRA face은\(는\) 이 모델에 맞지 않습니다\(sd_v1용\)\. 모델에 없는 것을 바꿉니다: unet mid_block_x$/,
  ],
  [
    'old.ckpt is a pickle (PyTorch’s .ckpt), a format that can run code when it is opened and is therefore not supported. ' +
      'Download the .safetensors of the same model, or convert it once with diffusers: ' +
      'from_pretrained(FOLDER).save_pretrained(OTHER_FOLDER, safe_serialization=True).',
    /^old\.ckpt은\(는\) .*\(피클, PyTorch의 \.ckpt\)\. 같은 모델의 \.safetensors를 /,
  ],
])('"%s" in Korean', (english, korean) => {
  expect(sentenceTranslator(Object.entries({ ...koErrorDetails, ...koModelErrors }))(english)).toMatch(
    korean,
  );
});
