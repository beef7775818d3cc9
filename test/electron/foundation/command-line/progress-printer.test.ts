/** The progress printer, on a terminal and without one. */
import { expect, test } from 'vitest';
import { progressPrinter } from '../../../../electron/foundation/command-line/progress-printer.ts';

function printer(isTerminal: boolean) {
  const clock = { nowMs: 0 };
  let written = '';
  const progress = progressPrinter({
    write: (text) => {
      written += text;
    },
    isTerminal,
    now: () => clock.nowMs,
  });
  return { progress, clock, written: () => written };
}

test('without a terminal there is a line when work starts and ends, and one every five seconds', () => {
  const { progress, clock, written } = printer(false);
  for (let done = 1; done <= 20; done++) {
    progress.count('Inverting', done, 20);
    clock.nowMs += 1000;
  }
  progress.count('Blending', 1, 20);
  progress.show({ work: 'resolve a', text: 'asking for a', isBrief: true });
  progress.end();
  expect(written()).toBe(
    'Inverting 1/20\nInverting 6/20\nInverting 11/20\nInverting 16/20\nInverting 20/20\nBlending 1/20\n',
  );
});

test('on a terminal one line is overwritten, and cleared around other output', () => {
  const { progress, clock, written } = printer(true);
  progress.count('Inverting', 0, 2);
  clock.nowMs += 3000;
  progress.count('Inverting', 1, 2);
  progress.say('a note');
  progress.end();
  progress.end();
  const clear = '\r\x1b[K';
  expect(written()).toBe(
    `${clear}Inverting ${'░'.repeat(24)} 0/2 · 0 s${clear}Inverting ${'█'.repeat(12)}${'░'.repeat(12)} 1/2 · 3 s` +
      `${clear}a note\n`,
  );
});
