/** The editor starts whatever is wrong with the projects it tries to open. */
import { describe, expect, it } from 'vitest';
import { type ErrorCode, StudioError } from '../../../electron/contract/errors.ts';
import type { StudioClient } from '../../../renderer/client/studio-client.ts';
import { canBeRead, openFirstProject } from '../../../renderer/session/first-project.ts';

interface PlayedHost {
  /** Already open. */
  readonly open?: readonly string[];
  /** Newest first, with the result of opening each. */
  readonly recent?: readonly (readonly [path: string, outcome: ErrorCode | 'opens' | 'is gone'])[];
  /** Files of the projects folder that were never opened. */
  readonly others?: readonly (readonly [path: string, outcome: ErrorCode | 'opens'])[];
  readonly sample?: ErrorCode;
  readonly create?: ErrorCode;
}

/** A fake host, and the calls it received. */
function played({ open = [], recent = [], others = [], sample, create }: PlayedHost) {
  const asked: string[] = [];
  const outcomes = new Map<string, string>([...recent, ...others]);
  const fail = (code: ErrorCode | undefined) => {
    if (code !== undefined) throw new StudioError(code, `It is ${code}.`);
  };
  const call = async (name: string, input: { path?: string; readOnly?: boolean; name?: string }) => {
    switch (name) {
      case 'project.listOpen':
        return open.map((path) => ({ path }));
      case 'project.recent':
        return [
          ...recent.map(([path, outcome]) => ({
            path,
            name: path,
            openedAt: '',
            isThere: outcome !== 'is gone',
          })),
          ...others.map(([path]) => ({ path, name: path, openedAt: null, isThere: true })),
        ];
      case 'project.open': {
        asked.push(`${input.path}${input.readOnly ? ' read-only' : ''}`);
        const outcome = outcomes.get(input.path!);
        if (outcome !== 'opens' && !input.readOnly) fail(outcome as ErrorCode);
        return { path: input.path, isReadOnly: input.readOnly === true };
      }
      case 'project.openSample':
        asked.push('sample');
        fail(sample);
        return { path: 'sample' };
      default:
        asked.push(`create ${input.name}`);
        fail(create);
        return { path: 'empty' };
    }
  };
  const start = (wanted = '') =>
    openFirstProject({ call } as unknown as Pick<StudioClient, 'call'>, wanted, 'Untitled');
  return { asked, start };
}

it('resumes with what is open, else what the address names, else the most recent', async () => {
  const open = played({ open: ['a', 'b'], recent: [['c', 'opens']] });
  expect((await open.start('a')).project.path).toBe('a');
  expect((await open.start('c')).project.path).toBe('b');
  expect(open.asked).toEqual([]);
  const recent = played({
    recent: [
      ['a', 'is gone'],
      ['b', 'opens'],
      ['c', 'opens'],
    ],
  });
  expect((await recent.start()).project.path).toBe('b');
  expect((await recent.start('c')).project.path).toBe('c');
  expect((await recent.start('a')).project.path).toBe('b');
  expect((await played({}).start()).project.path).toBe('sample');
});

describe.each<ErrorCode>([
  'PROJECT_INVALID',
  'PROJECT_NEWER',
  'PROJECT_BUSY',
  'PROJECT_UNWRITABLE',
  'PROJECT_MISSING',
  'DISK_FULL',
  'INTERNAL',
])('a last project that is %s', (code) => {
  it('is skipped for the one before it, and named with the reason', async () => {
    const { start, asked } = played({
      recent: [
        ['bad', code],
        ['good', 'opens'],
      ],
    });
    const { project, failed } = await start('bad');
    expect(project.path).toBe('good');
    expect(failed).toEqual([{ path: 'bad', name: 'bad', code, message: `It is ${code}.`, isRecent: true }]);
    // It is tried only once.
    expect(asked).toEqual(['bad', 'good']);
  });

  it('is skipped for the sample at the first start, if the sample is in the projects folder', async () => {
    const { start } = played({ others: [['bad', code]] });
    const { project, failed } = await start();
    expect(project.path).toBe('sample');
    expect(failed).toMatchObject([{ path: 'bad', code, isRecent: false }]);
  });

  it('is skipped for an empty project if there is no sample', async () => {
    const { start } = played({ recent: [['bad', code]], sample: 'SCENE_MISSING' });
    const { project, failed, sampleError } = await start();
    expect(project.path).toBe('empty');
    expect(failed).toHaveLength(1);
    expect(sampleError).toMatchObject({ code: 'SCENE_MISSING' });
  });

  it('is opened read-only if nothing can be written but it can be read', async () => {
    const { start } = played({
      recent: [
        ['worse', 'PROJECT_INVALID'],
        ['bad', code],
      ],
      sample: 'PROJECT_UNWRITABLE',
      create: 'PROJECT_UNWRITABLE',
    });
    if (canBeRead({ code })) expect((await start()).project).toEqual({ path: 'bad', isReadOnly: true });
    else await expect(start()).rejects.toMatchObject({ code: 'PROJECT_UNWRITABLE' });
  });
});

it('stops after a few attempts, and does not blame a lost connection on the project', async () => {
  const many = played({
    recent: Array.from({ length: 40 }, (_, index) => [`${index}`, 'PROJECT_UNWRITABLE'] as const),
  });
  const { project, failed } = await many.start();
  expect(project.path).toBe('sample');
  expect(failed).toHaveLength(5);
  const lost = played({
    recent: [
      ['a', 'HOST_UNREACHABLE'],
      ['b', 'opens'],
    ],
  });
  await expect(lost.start()).rejects.toMatchObject({ code: 'HOST_UNREACHABLE' });
});
