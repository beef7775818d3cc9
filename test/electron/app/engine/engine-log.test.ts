/** How engine events are logged, and which of them are warnings. */

import { expect, test } from 'vitest';
import {
  type EngineEvent,
  engineEventLine,
  isEngineTrouble,
} from '../../../../electron/app/engine/engine-log.ts';
import type { ErrorCode } from '../../../../electron/contract/errors.ts';
import { notice } from '../../../../electron/contract/notices.ts';
import { puppetConfig } from './puppet-engine.ts';

const pid = 7;
const device = {
  device: 'cpu' as const,
  name: 'A processor',
  passedOver: [{ device: 'cuda' as const, reason: notice('AS_WRITTEN', { text: 'no card' }) }],
};
const failed = (code: ErrorCode): EngineEvent => ({
  kind: 'taskEnded',
  pid,
  task: 'render',
  failure: { code, message: 'it failed' },
  durationMs: 1500,
  memoryBytes: null,
});
const ended = (wasOnPurpose: boolean): EngineEvent => ({
  kind: 'ended',
  pid,
  reason: { code: 'ENGINE_CRASHED', message: 'it ended' },
  wasOnPurpose,
  exitCode: 1,
  signal: null,
  stderrTail: 'a stack\n',
  livedMs: 60_000,
});

test.each<[EngineEvent, boolean, RegExp]>([
  [{ kind: 'started', pid, config: puppetConfig('a') }, false, /^engine 7 started for .*packs.a on cpu$/],
  [
    { kind: 'opened', pid, device, pack: 'a 1', durationMs: 2000 },
    false,
    /opened a 1 on cpu \(A processor\) in 2\.0 s; cuda: no card$/,
  ],
  [failed('OUT_OF_MEMORY'), true, /ran render for 1\.5 s: OUT_OF_MEMORY: it failed$/],
  [failed('INTERNAL'), true, /INTERNAL/],
  // Only the caller's answer: nothing is wrong with the engine.
  [failed('PACK_INCOMPLETE'), false, /PACK_INCOMPLETE/],
  [failed('CANCELLED'), false, /CANCELLED/],
  [{ ...failed('INTERNAL'), failure: null } as EngineEvent, false, /ran render for 1\.5 s: done$/],
  [ended(false), true, /ended after 60\.0 s: ENGINE_CRASHED: it ended\na stack$/],
  [ended(true), false, /it ended$/],
])('%j', (event, isTrouble, line) => {
  expect(isEngineTrouble(event)).toBe(isTrouble);
  expect(engineEventLine(event)).toMatch(line);
});
