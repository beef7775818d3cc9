/** Commands that no window would send, some of them nearly valid. */
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect } from 'vitest';
import * as z from 'zod';
import { envelopeSchema } from '../../electron/contract/command.ts';
import { commandNames, commands } from '../../electron/contract/commands.ts';
import { errorCodes } from '../../electron/contract/errors.ts';
import type { ProjectState } from '../../electron/contract/project-state.ts';

/** Values that are valid somewhere pass the first checks and are wrong where they arrive. */
export function knownValues({ projectId, document }: ProjectState, folder: string): fc.Arbitrary<unknown> {
  return fc.constantFrom<unknown>(
    projectId,
    document,
    document.background,
    document.concepts[0]!.id,
    document.parameters,
    join(folder, 'a.pnpmix'),
    join(folder, 'nowhere', 'a.pnpmix'),
    folder,
    'starter',
    'sd21',
    'current',
    { width: 32, height: 32, mode: 'cover' },
    [0, 0.15],
    [{ x: 3, y: 4, isInside: true }],
    { left: 1, top: 1, right: 9, bottom: 9 },
    0,
    1,
    true,
    null,
    'text',
  );
}

/** The field names of a command's input, so that inputs are nearly valid. */
function keysOf(name: (typeof commandNames)[number]): string[] {
  const schema = z.toJSONSchema(commands[name].input, { io: 'input' }) as {
    properties?: object;
    oneOf?: { properties?: object }[];
    anyOf?: { properties?: object }[];
  };
  const parts = [schema, ...(schema.oneOf ?? []), ...(schema.anyOf ?? [])];
  return [...new Set(parts.flatMap(({ properties }) => Object.keys(properties ?? {})))];
}

export function callArbitrary(
  anything: fc.Arbitrary<unknown>,
  known: fc.Arbitrary<unknown>,
): fc.Arbitrary<{ command: unknown; input: unknown }> {
  const anyCommand: fc.Arbitrary<unknown> = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...commandNames) },
    { weight: 1, arbitrary: fc.constantFrom('__proto__', 'constructor', 'hasOwnProperty', '') },
    { weight: 1, arbitrary: anything },
  );
  return anyCommand.chain((command) => {
    const keys = commandNames.find((name) => name === command);
    const value = fc.oneof({ weight: 4, arbitrary: known }, { weight: 1, arbitrary: anything });
    const nearlyRight =
      keys === undefined
        ? anything
        : fc.record(Object.fromEntries(keysOf(keys).map((key) => [key, value])), { requiredKeys: [] });
    const input = fc.oneof({ weight: 5, arbitrary: nearlyRight }, { weight: 1, arbitrary: anything });
    return fc.record({ command: fc.constant(command), input });
  });
}

/** Every answer is an envelope; a refusal has a code and a sentence, and never reports an internal fault. */
export function expectEnvelope(answer: unknown): void {
  const envelope = envelopeSchema.parse(answer);
  if (!envelope.ok) {
    expect(Object.hasOwn(errorCodes, envelope.code)).toBe(true);
    expect(envelope.code).not.toBe('INTERNAL');
    expect(envelope.message).not.toBe('');
  }
}
