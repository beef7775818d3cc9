/** The contract's table: whole, strict, and such that every value of it survives a transport of text. */
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
  test('ask for a handler of every command, and for no other', () => {
    expectTypeOf<keyof CommandHandlers<null>>().toEqualTypeOf<CommandName>();
    expectTypeOf<Omit<CommandHandlers<null>, 'queue.state'>>().not.toExtend<CommandHandlers<null>>();
  });

  test('know what a command takes and gives', () => {
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

test.each(commandNames)('%s says what it does, takes an object and refuses what it does not know', (name) => {
  const { summary, input } = commands[name];
  expect(summary).toMatch(/\.$/);
  expect(name).toMatch(/^[a-z]+\.[a-zA-Z]+$/);
  for (const wrong of [undefined, null, 3, 'text', [], { 'not in it': 1 }]) {
    expect(input.safeParse(wrong).success).toBe(false);
  }
});

// A schema that JSON Schema can say holds no dates, maps, functions or bytes: it survives a transport of text.
test.each(commandNames)('%s takes and gives plain JSON', (name) => {
  expect(() => z.toJSONSchema(commands[name].input, { io: 'input' })).not.toThrow();
  expect(() => z.toJSONSchema(commands[name].output)).not.toThrow();
});

test.each(eventNames)('the event %s carries plain JSON', (name) => {
  expect(() => z.toJSONSchema(events[name])).not.toThrow();
});

test('names that every object has are no commands and no events', () => {
  for (const name of ['constructor', 'toString', '__proto__', '', 7, undefined]) {
    expect(isCommandName(name)).toBe(false);
    expect(isEventName(name)).toBe(false);
  }
  expect(commandNames.every(isCommandName)).toBe(true);
});

test('the settings that a program begins with are settings', () => {
  expect(settingsSchema.parse(DEFAULT_SETTINGS)).toEqual(DEFAULT_SETTINGS);
  const crowded = { ...DEFAULT_SETTINGS, editor: { notes: 'x'.repeat(70_000) } };
  expect(settingsSchema.safeParse(crowded).success).toBe(false);
});
