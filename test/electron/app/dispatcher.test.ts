/**
 * The single entrance for commands: every input gets an envelope, and only output that matches the contract is sent.
 */
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CommandContext, createDispatcher } from '../../../electron/app/dispatcher.ts';
import type { Studio } from '../../../electron/app/studio.ts';
import { commandNames } from '../../../electron/contract/commands.ts';
import { StudioError } from '../../../electron/contract/errors.ts';
import { temporaryFolder } from '../inference/tiny-pack.ts';
import { testStudio } from './studio-fixture.ts';

let root: string;
let studio: Studio;
beforeAll(async () => {
  root = temporaryFolder();
  studio = await testStudio(root);
});
afterAll(async () => {
  await studio.close();
  rmSync(root, { recursive: true });
});

const somebody = (): CommandContext => ({ clientId: 'test' });

test('there is a handler for every command, and for nothing else', () => {
  expect(Object.keys(studio.handlers).toSorted()).toEqual(commandNames.toSorted());
});

test('an unknown sender is refused before anything else is looked at', async () => {
  const dispatch = createDispatcher<string>({
    handlers: studio.handlers,
    identify: (sender) => (sender === 'known' ? somebody() : null),
  });
  expect(await dispatch('stranger', 'no such command', undefined)).toMatchObject({ code: 'SENDER_REFUSED' });
  expect(await dispatch('known', 'app.info', {})).toMatchObject({ ok: true });
});

test('unknown commands and invalid inputs have different codes, and say what is wrong', async () => {
  const dispatch = createDispatcher({ handlers: studio.handlers, identify: somebody });
  for (const name of ['app.inf', 'constructor', '__proto__', 'toString', 7, null, undefined, {}]) {
    expect(await dispatch(null, name, {})).toMatchObject({ ok: false, code: 'COMMAND_UNKNOWN' });
  }
  expect(await dispatch(null, 'project.open', { path: 7 })).toMatchObject({
    ok: false,
    code: 'COMMAND_INVALID',
    message: expect.stringMatching(/project\.open.*path/s),
  });
  expect(await dispatch(null, 'project.state', { projectId: crypto.randomUUID() })).toMatchObject({
    ok: false,
    code: 'PROJECT_UNKNOWN',
  });
});

test('a handler’s error keeps its code; a fault of the program is INTERNAL and is logged', async () => {
  const faults: string[] = [];
  const withHandler = (handler: () => never) =>
    createDispatcher({
      handlers: { ...studio.handlers, 'app.info': handler },
      identify: somebody,
      onFault: (_, command) => faults.push(command),
    });
  const expected = withHandler(() => {
    throw new StudioError('DISK_FULL', 'There is no room.');
  });
  expect(await expected(null, 'app.info', {})).toEqual({
    ok: false,
    code: 'DISK_FULL',
    message: 'There is no room.',
  });
  expect(faults).toEqual([]);
  const fault = withHandler(() => {
    throw new TypeError('undefined is not a function');
  });
  expect(await fault(null, 'app.info', {})).toMatchObject({ ok: false, code: 'INTERNAL' });
  expect(faults).toEqual(['app.info']);
});

test('an output that does not match the contract is not sent', async () => {
  const faults: string[] = [];
  const info = await studio.handlers['app.info']({}, somebody());
  const dispatch = createDispatcher({
    handlers: { ...studio.handlers, 'app.info': () => ({ ...info, secret: 'not for windows' }) },
    identify: somebody,
    onFault: (_, command) => faults.push(command),
  });
  const answer = await dispatch(null, 'app.info', {});
  expect(answer).toMatchObject({ ok: false, code: 'INTERNAL' });
  expect(JSON.stringify(answer)).not.toContain('not for windows');
  expect(faults).toEqual(['app.info']);
});
