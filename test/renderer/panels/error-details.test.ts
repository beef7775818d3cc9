/** Every sentence that the program writes into an error which reaches the window has a Korean one, and no other has. */
import { globSync, readFileSync } from 'node:fs';
import { parseSync } from 'rolldown/experimental';
import { expect, it } from 'vitest';
import { koErrorDetails } from '../../../renderer/panels/texts/ko-error-details.ts';
import { koModelErrors } from '../../../renderer/panels/texts/ko-model-errors.ts';

/** The command line's own rooms, cli, evaluation and study, are English. */
const ROOMS = '{electron/{app,contract,foundation,models,projects,main,serve,inference,farm},renderer}';

/** Faults of the program itself or its command line, and what is never shown. */
const UNTRANSLATED = [
  'INTERNAL',
  'CANCELLED',
  'USAGE',
  'COMMAND_UNKNOWN',
  'COMMAND_INVALID',
  'NON_FINITE',
  'SENDER_REFUSED',
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
      if (node.type !== 'NewExpression' || (node.callee as Node).name !== 'StudioError') return;
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
