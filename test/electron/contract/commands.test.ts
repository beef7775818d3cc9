/** The contract's table is complete and strict, and all of its values survive a text transport. */
import { describe, expect, expectTypeOf, test } from 'vitest';
import * as z from 'zod';
import type { Envelope, envelopeSchema } from '../../../electron/contract/command.ts';
import {
  type CommandHandlers,
  type CommandInput,
  type CommandName,
  type CommandOutput,
  commandNames,
  commands,
  isCommandName,
  type ParsedInput,
} from '../../../electron/contract/commands.ts';
import {
  type EventName,
  type EventPayload,
  eventNames,
  events,
  isEventName,
  type StudioEvent,
} from '../../../electron/contract/events.ts';
import type { ProjectState } from '../../../electron/contract/project-state.ts';
import { DEFAULT_SETTINGS, settingsSchema } from '../../../electron/contract/settings.ts';

describe('the types', () => {
  test('require a handler for every command, and for no other', () => {
    expectTypeOf<keyof CommandHandlers<null>>().toEqualTypeOf<CommandName>();
    expectTypeOf<Omit<CommandHandlers<null>, 'queue.state'>>().not.toExtend<CommandHandlers<null>>();
  });

  test('know each command’s input and output', () => {
    expectTypeOf<CommandInput<'project.open'>>().toEqualTypeOf<{
      path: string;
      readOnly?: boolean | undefined;
    }>();
    expectTypeOf<ParsedInput<'project.open'>>().toEqualTypeOf<{ path: string; readOnly: boolean }>();
    expectTypeOf<CommandOutput<'project.open'>>().toEqualTypeOf<ProjectState>();
    expectTypeOf<Envelope<null>>().toExtend<z.infer<typeof envelopeSchema>>();
  });

  test('know every event', () => {
    expectTypeOf<StudioEvent['event']>().toEqualTypeOf<EventName>();
    expectTypeOf<EventPayload<'project.changed'>>().toEqualTypeOf<ProjectState>();
  });
});

test.each(commandNames)('%s has a description, takes an object and refuses unknown fields', (name) => {
  const { summary, input } = commands[name];
  expect(summary).toMatch(/\.$/);
  expect(name).toMatch(/^[a-z]+\.[a-zA-Z]+$/);
  for (const wrong of [undefined, null, 3, 'text', [], { 'not in it': 1 }]) {
    expect(input.safeParse(wrong).success).toBe(false);
  }
});

// A schema that converts to JSON Schema contains no dates, maps, functions or bytes: its values survive a text
// transport.
test.each(commandNames)('the input and output of %s are plain JSON', (name) => {
  expect(() => z.toJSONSchema(commands[name].input, { io: 'input' })).not.toThrow();
  expect(() => z.toJSONSchema(commands[name].output)).not.toThrow();
});

test.each(eventNames)('the payload of event %s is plain JSON', (name) => {
  expect(() => z.toJSONSchema(events[name])).not.toThrow();
});

test('names of Object’s own properties are neither commands nor events', () => {
  for (const name of ['constructor', 'toString', '__proto__', '', 7, undefined]) {
    expect(isCommandName(name)).toBe(false);
    expect(isEventName(name)).toBe(false);
  }
  expect(commandNames.every(isCommandName)).toBe(true);
});

test('the default settings are valid', () => {
  expect(settingsSchema.parse(DEFAULT_SETTINGS)).toEqual(DEFAULT_SETTINGS);
  const crowded = { ...DEFAULT_SETTINGS, editor: { notes: 'x'.repeat(70_000) } };
  expect(settingsSchema.safeParse(crowded).success).toBe(false);
});
