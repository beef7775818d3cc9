/** The one progress printer: a line rewritten in place on a terminal, as few lines as possible elsewhere. */

/** Where progress goes: standard error, so that standard output holds results only. */
export interface ProgressOutput {
  readonly write: (text: string) => void;
  /** Whether a line can be rewritten in place. */
  readonly isTerminal: boolean;
  /** Milliseconds of a clock that only runs forwards. */
  readonly now: () => number;
}

/** The progress of some work. */
export interface ProgressStep {
  /** Name of the work: off a terminal, a new name is printed at once. */
  readonly work: string;
  readonly text: string;
  /** The last step of the work, which is always shown. */
  readonly isLast?: boolean;
  /** Too short for a line of its own off a terminal. */
  readonly isBrief?: boolean;
}

export interface ProgressPrinter {
  readonly show: (step: ProgressStep) => void;
  /** Shows counted work, `done` of `total`, with a bar and the time elapsed. */
  readonly count: (work: string, done: number, total: number) => void;
  /** Prints a line of its own, around the progress. */
  readonly say: (line: string) => void;
  /** Clears the progress line; may be called again. */
  readonly end: () => void;
}

/** Longest silence off a terminal, in milliseconds. */
const PLAIN_INTERVAL_MS = 5000;
const CLEAR_LINE = '\r\x1b[K';
const BAR_CELLS = 24;

export function progressPrinter({ write, isTerminal, now }: ProgressOutput): ProgressPrinter {
  let isShowing = false;
  let shownMs = Number.NEGATIVE_INFINITY;
  let shownWork: string | undefined;
  let counted: { work: string; sinceMs: number } | undefined;
  const end = () => {
    if (isShowing) write(CLEAR_LINE);
    isShowing = false;
  };
  const show = ({ work, text, isLast = false, isBrief = false }: ProgressStep) => {
    if (isTerminal) {
      write(`${CLEAR_LINE}${text}`);
      isShowing = true;
      return;
    }
    if (isBrief) return;
    if (work === shownWork && !isLast && now() - shownMs < PLAIN_INTERVAL_MS) return;
    shownWork = work;
    shownMs = now();
    write(`${text}\n`);
  };
  return {
    show,
    count: (work, done, total) => {
      if (counted?.work !== work) counted = { work, sinceMs: now() };
      const numbers = `${done}/${total}`;
      const full = Math.round((BAR_CELLS * Math.min(done, total)) / Math.max(total, 1));
      const bar = '█'.repeat(full) + '░'.repeat(BAR_CELLS - full);
      const seconds = Math.round((now() - counted.sinceMs) / 1000);
      const text = isTerminal ? `${work.padEnd(9)} ${bar} ${numbers} · ${seconds} s` : `${work} ${numbers}`;
      show({ work, text, isLast: done >= total });
    },
    say: (line) => {
      end();
      write(`${line}\n`);
    },
    end,
  };
}
